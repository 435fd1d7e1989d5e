import { expect, it } from 'vitest';
import { busyProfile } from '../../../core/profile/busy-profile.js';
import { profileOf } from './profiles.js';

it('counts what was busy beside an idle sample of an impossible weight', async () => {
  const sample = (comm: string, period: string, frames: string[]): string =>
    [`${comm} 0 [000] 12.53: ${period} cycles:u: `, ...frames.map((name) => `\t    7f0000001000 ${name} (/usr/bin/shop)`), '', ''].join(
      '\n',
    );
  const idle = '\tffffffff81000000 native_safe_halt ([kernel.kallsyms])\n\tffffffff81000100 do_idle ([kernel.kallsyms])\n\n';
  const text = `${sample('shop', '10101010', ['price', 'main']).repeat(9)}swapper 0 [000] 12.53: 999999007199254740993 cycles:u: \n${idle}`;
  const busy = busyProfile(await profileOf(text));
  expect(busy.total).toBe(9 * 10101010);
  expect(busy.idleWeight).toBeGreaterThan(9e20);
});
