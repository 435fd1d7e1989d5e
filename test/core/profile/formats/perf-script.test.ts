import { describe, expect, it } from 'vitest';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { fixtureProfile, leavesOf, profileOf } from '../profiles.js';

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

  it('counts every sample of one line (`-G`), also of commands whose names look like addresses, and tracepoints that end in brackets', async () => {
    const line = (comm: string, at: number, leaf: string): string =>
      `${comm.padStart(16)}  103${at} 51759.52${at}142:    1001001 cpu-clock:ppp:      5642a62d717${at} ${leaf}+0x21 (/srv/shop app (1)/w)`;
    const text = [line('w', 1, 'hot'), line('w', 2, 'hot'), line('dd', 3, 'cold'), line('cafe', 4, 'hot')].join('\n');
    const profile = await profileOf(`${text}\n`);
    expect(profile).toMatchObject({ samples: 4, total: 4 * 1001001 });
    expect(leavesOf(profile)).toEqual(['hot 3003003', 'cold 1001001']);
    const probes = [1, 2, 3].map(
      (at) => `            curl  10${at} [00${at}]   51759.52${at}142: probe:tcp_sendmsg: (ffffffff8213a24${at})\n`,
    );
    await expect(profileOf(probes.join(''))).rejects.toThrow(/expected stacks, got 3 samples of probe:tcp_sendmsg without any frame/);
  });

  it('passes over the source lines that `-F +srcline` prints, as far as they are known', async () => {
    const places = ['  w.c:4', '  [kernel.kallsyms][ffffffff821f39e5]', '  ??:0', '  libm.so.6[89f10]', '  a.c:12 (discriminator 3)'];
    const samples = places.map(
      (place, at) => `w  1030 51759.52${at}142:    1001001 cpu-clock:ppp: \n\t            117a hot+0x21 (/srv/w)\n${place}\n\n`,
    );
    expect(await profileOf(samples.join(''))).toMatchObject({ samples: 5 });
  });

  it.each(['\n\t            117a hot\n\n\n\t            117a hot\n', 'w \n\t            117a hot\n\nw \n\t            117a hot\n'])(
    'refuses text without process ids by its name: %j',
    async (text) => {
      await expect(profileOf(text)).rejects.toThrow(
        /text of `perf script` without process ids.*-F comm,pid,tid,time,period,event,ip,sym,dso/,
      );
    },
  );
});
