import { describe, expect, it } from 'vitest';
import { analyzeProfile } from '../../../core/profile/analyze-profile.js';
import { flameTree } from '../../../core/profile/flame-tree.js';
import { shareInterval } from '../../../core/profile/rank/interval.js';
import { summarizeProfile } from '../../../core/profile/summarize.js';
import { fixtureProfile, profileOf, summaryOf } from './profiles.js';

const failed = (summary: Awaited<ReturnType<typeof summaryOf>>): string[] =>
  summary.quality.checks.filter((check) => !check.ok).map((check) => check.id);

describe('ranking', () => {
  it('ranks self weight, never inclusive weight, and a function once whatever called it', async () => {
    const { leaves } = await summaryOf('main;dispatch;a;hot 300\nmain;dispatch;b;hot 300\nmain;dispatch;b 50\nmain;dispatch 10\n');
    expect(leaves.map(({ frame, selfShare }) => [frame, Number(selfShare.toFixed(4))])).toEqual([
      ['hot', 0.9091],
      ['b', 0.0758],
      ['dispatch', 0.0152],
    ]);
  });

  it('counts recursion once', async () => {
    const { leaves } = await summaryOf('main;fib;fib;fib 400\nmain;fib;fib 100\n');
    expect(leaves[0]).toMatchObject({ frame: 'fib', self: 500, selfShare: 1, stack: ['main', 'fib', 'fib', 'fib'] });
  });

  it('calls a tie a tie, and a leader only when the intervals are apart', async () => {
    expect((await summaryOf('m;a 160\nm;b 140\nm;c 20\n')).leaders).toEqual(['a', 'b']);
    expect((await summaryOf('m;a 1600\nm;b 1400\nm;c 20\n')).leaders).toEqual(['a']);
    expect((await summaryOf('m;a 150\nm;b 150\n')).leaders).toHaveLength(2);
  });

  it('finds leaders beyond the listed leaves', async () => {
    const summary = await summaryOf('m;a 100\nm;b 99\nm;c 98\n', { top: 1 });
    expect(summary.leaves).toHaveLength(1);
    expect(summary.leaders).toEqual(['a', 'b', 'c']);
  });

  it('keeps idle out of shares and of the flame tree', async () => {
    const folded = 'main;work 300\n[idle] 600\nswapper;default_idle_[k] 100\n';
    const summary = await summaryOf(folded);
    expect(summary).toMatchObject({ total: 300, samples: 300, idleShare: 0.7 });
    expect(summary.leaves[0]).toMatchObject({ frame: 'work', selfShare: 1 });
    expect(flameTree(await profileOf(folded)).total).toBe(300);
  });

  it('takes waiting for idle in a wall profile only', async () => {
    const folded = 'main;loop;epoll_wait 400\nmain;work 400\n';
    expect((await summaryOf(folded, { kind: 'wall' })).idleShare).toBe(0.5);
    expect((await summaryOf(folded, { kind: 'cpu' })).idleShare).toBeNull();
  });
});

describe('interval of a share', () => {
  it('has the half-widths of the literature', () => {
    for (const [samples, halfWidth] of [
      [100, 0.096],
      [300, 0.056],
      [1000, 0.031],
    ] as const) {
      const [low, high] = shareInterval(0.5, samples);
      expect((high - low) / 2).toBeCloseTo(halfWidth, 2);
    }
  });

  it('stays honest at the ends and without samples', () => {
    expect(shareInterval(1, 50)[0]).toBeCloseTo(0.93, 2);
    expect(shareInterval(0, 50)[1]).toBeCloseTo(0.07, 2);
    expect(shareInterval(0.3, null)).toEqual([0, 1]);
  });
});

describe('quality gate', () => {
  it('rejects below 100 samples, doubts below 300, and summarises all the same', async () => {
    const few = await summaryOf('m;a 99\n');
    expect(few.quality.verdict).toBe('rejected');
    expect(few.leaders).toEqual(['a']);
    expect((await summaryOf('m;a 100\n')).quality.verdict).toBe('low-confidence');
    expect((await summaryOf('m;a 299\n')).quality.verdict).toBe('low-confidence');
    expect((await summaryOf('m;a 300\n')).quality.verdict).toBe('good');
  });

  it('warns of nameless leaves above 10 % and rejects above 30 %', async () => {
    expect(failed(await summaryOf('m;a 900\nm;[unknown] 100\n'))).toEqual([]);
    expect((await summaryOf('m;a 890\nm;[unknown] 110\n')).quality.verdict).toBe('low-confidence');
    const blind = await summaryOf('m;a 690\nm;0x7ff0 310\n');
    expect(blind.quality.verdict).toBe('rejected');
    expect(failed(blind)).toEqual(['symbols']);
  });

  it('notices stacks of one frame and stacks without a root', async () => {
    expect(failed(await summaryOf('a 400\nm;b 600\n'))).toEqual(['one-frame-stacks']);
    // An interpreter knows its whole stack: a script that works at its top level is no cut stack.
    expect(failed(await summaryOf('<module> (/srv/job.py:3) 700\n<module> (/srv/job.py:3);hot (/srv/job.py:9) 300\n'))).toEqual([]);
    expect(failed(await summaryOf('[unknown];b;c 400\nm;b 600\n'))).toEqual(['truncated-stacks']);
  });

  it('compares the CPU in the profile with what the kernel counted', async () => {
    const profile = await fixtureProfile('cpuprofile/node20.cpuprofile');
    const checkOf = (expectedCpuMs: number) =>
      summarizeProfile(profile, { expectedCpuMs }).quality.checks.find((check) => check.id === 'cpu-agreement');
    expect(checkOf(1300)).toMatchObject({ ok: true });
    expect(checkOf(6000)).toMatchObject({ ok: false });
    expect(checkOf(200)).toMatchObject({ ok: false });
  });

  it('does not believe in more CPU than there are cores', async () => {
    const profile = await fixtureProfile('pprof/go1.26-inlined.pb.gz');
    const checkOf = (durationMs: number, usableCores: number) =>
      summarizeProfile({ ...profile, durationMs }, { usableCores }).quality.checks.find((check) => check.id === 'kind');
    expect(checkOf(4000, 2)).toMatchObject({ ok: true });
    expect(checkOf(100, 2)).toMatchObject({ ok: false });
  });
});

describe('categories', () => {
  it('names the application code under which each burns', async () => {
    const { categories } = await summaryOf(
      'm;main.list;encoding/json.Marshal 300\nm;main.show;encoding/json.Marshal 100\nm;main.list 100\n',
    );
    expect(categories[0]).toMatchObject({ category: 'serialization', share: 0.8 });
    expect(categories[0]?.callers.map((caller) => [caller.frame.name, caller.share])).toEqual([
      ['main.list', 0.6],
      ['main.show', 0.2],
    ]);
  });

  it('divides a function by its hot lines when they call built-ins without a frame', async () => {
    const profile = await fixtureProfile('cpuprofile/idle-gc-and-clock-back.cpuprofile');
    const hotLineHints = [{ module: 'file:///srv/shop/server.js', line: 21, text: '  return JSON.stringify(rows);' }];
    const { categories, leaves } = summarizeProfile(profile, { hotLineHints });
    expect(categories.find((entry) => entry.category === 'serialization')?.share).toBeCloseTo(0.375);
    expect(leaves.find((leaf) => leaf.frame === 'total')).toMatchObject({ category: 'serialization', self: 3000 });
  });

  it('tells functions of one packed line apart by their own text, and which of them it cannot judge', async () => {
    const profile = await fixtureProfile('cpuprofile/idle-gc-and-clock-back.cpuprofile');
    const of = (functionName: string, text: string) => [{ module: 'file:///srv/shop/server.js', line: 21, text, functionName }];
    const { categories, unclear } = summarizeProfile(profile, { hotLineHints: of('total', '(a){return JSON.stringify(a)}') });
    expect(categories.find((entry) => entry.category === 'serialization')?.share).toBeCloseTo(0.375);
    expect(unclear).toBeUndefined();
    const looping = summarizeProfile(profile, { hotLineHints: of('total', '(a){for(;;)JSON.stringify(a)}') });
    expect(looping.unclear?.map((work) => work.frame.name)).toEqual(['total']);
    expect(summarizeProfile(profile, { hotLineHints: of('other', '(a){return JSON.stringify(a)}') }).categories).not.toContainEqual(
      expect.objectContaining({ category: 'serialization' }),
    );
  });
});

it('gives the document of the command line its shape', async () => {
  const document = analyzeProfile(await summaryOf('m;a 300\n'));
  expect(document).toMatchObject({ format: 'folded', kind: 'unknown', unit: 'samples', total: 300, samples: 300, leaders: ['a'] });
  expect(Object.keys(document.leaves[0] ?? {}).sort()).toEqual(['category', 'ci', 'frame', 'module', 'self', 'selfShare', 'stack']);
});

describe('flame tree', () => {
  it('sorts children by weight and keeps the weight of what it leaves out', async () => {
    const tree = flameTree(await profileOf('m;a 1\nm;b 600\nm;c;d 399\n'), { minShare: 0.01 });
    const main = tree.children[0];
    expect(main?.children.map((child) => [child.frame, child.total])).toEqual([
      ['b', 600],
      ['c', 399],
    ]);
    expect(main?.total).toBe(1000);
  });

  it('keeps whole paths when only a few nodes may stay', async () => {
    const tree = flameTree(await profileOf('m;a;b;c 10\nm;x;y;z 900\n'), { maxNodes: 4 });
    expect(JSON.stringify(tree)).toMatch(/"m".*"x".*"y".*"z"/);
    expect(tree.children[0]?.children).toHaveLength(1);
  });
});
