import { describe, expect, it } from 'vitest';
import { worksWithoutLock } from '../../../core/profile/beyond-lock.js';
import type { StackProfile } from '../../../core/profile/stack-profile.js';
import { profileOf } from './profiles.js';

const windowMs = 10_000;

/** Looks of ten seconds that saw each function for so many seconds, over all threads. */
async function looks(seconds: Record<string, number>): Promise<StackProfile> {
  const names = Object.keys(seconds);
  const file = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: names.map((name) => ({ name, file: '/srv/app.py', line: 1 })) },
    profiles: [
      {
        type: 'sampled',
        name: 'thread',
        unit: 'seconds',
        startValue: 0,
        endValue: 10,
        samples: names.map((_, frame) => [frame]),
        weights: Object.values(seconds),
      },
    ],
  };
  return { ...(await profileOf(JSON.stringify(file), { kind: 'cpu' })), durationMs: windowMs };
}

describe('a process with an interpreter lock', () => {
  it('works without it where it burns more than twice the CPU that the lock was held, and what leads among the ready threads hardly holds it', async () => {
    expect(worksWithoutLock(await looks({ route: 1 }), await looks({ compress: 15, route: 1 }), 1.4)).toBe(true);
  });

  it('works with it where what leads among the ready threads leads with the lock, too', async () => {
    expect(worksWithoutLock(await looks({ price: 2 }), await looks({ price: 15 }), 1.5)).toBe(false);
  });

  it('works with it on a host so busy that its threads are ready all the time, and hold the lock for longer than they run', async () => {
    expect(worksWithoutLock(await looks({ copy: 7, send: 1 }), await looks({ send: 20, copy: 8 }), 0.6)).toBe(false);
  });

  it('turns at half of the CPU that it burns', async () => {
    expect(worksWithoutLock(await looks({ route: 4.9 }), await looks({ compress: 10 }), 1)).toBe(true);
    expect(worksWithoutLock(await looks({ route: 5 }), await looks({ compress: 10 }), 1)).toBe(false);
  });
});
