import { describe, expect, it } from 'vitest';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { fixtureProfile, leavesOf } from '../profiles.js';

describe('perf script', () => {
  it('weighs by period and ranks one event type only', async () => {
    const profile = await fixtureProfile('perf-script/two-events.txt');
    expect(leavesOf(profile)).toEqual(['other_work 3000000', 'cpu_work 1000000']);
    expect(profile).toMatchObject({ kind: 'cpu', unit: 'nanoseconds', samples: 2 });
    expect(profile.notes[0]?.detail).toContain('sched:sched_switch (1 samples)');
  });

  it('ranks another event when it is asked for', async () => {
    for (const options of [{ valueType: 'sched:sched_switch' }, { kind: 'off-cpu' } as const]) {
      expect(await fixtureProfile('perf-script/two-events.txt', options)).toMatchObject({ kind: 'off-cpu', total: 1 });
    }
    await expect(fixtureProfile('perf-script/two-events.txt', { valueType: 'page-faults' })).rejects.toThrow(/got events: cpu-clock/);
  });

  it('reads spaces in commands and files, one-line samples, nameless and JVM frames, and a last sample without an empty line', async () => {
    const profile = await fixtureProfile('perf-script/dialects.txt');
    expect(leavesOf(profile)).toEqual([
      'main.(*Server).Handle 40404040',
      'com/shop/Cart.total 30303030',
      'tcp_sendmsg 20202020',
      'shop::(anonymous namespace)::price(int) 10101010',
    ]);
    expect(summarizeProfile(profile).idleShare).toBeCloseTo(99999999 / (99999999 + 101010100));
    expect(profile.frames.map((frame) => frame.name)).toContain('[libfoo.so.1]');
  });

  it('reads the names of V8 and their built-ins from a perf map', async () => {
    const { leaves } = summarizeProfile(await fixtureProfile('perf-script/node-perf-basic-prof.txt'), { top: 100 });
    expect(leaves.find((leaf) => leaf.frame === 'sumDigits')).toMatchObject({
      module: 'file:///srv/shop/hot.mjs',
      category: 'application',
    });
    expect(leaves.every((leaf) => !/[*~]/.test(leaf.frame.slice(0, 1)))).toBe(true);
  });

  it('rejects compiled code without a map', async () => {
    const { quality } = summarizeProfile(await fixtureProfile('perf-script/node-without-perf-map.txt'));
    expect(quality.verdict).toBe('rejected');
    expect(quality.checks.find((check) => check.id === 'jit-map')).toMatchObject({ ok: false });
  });
});
