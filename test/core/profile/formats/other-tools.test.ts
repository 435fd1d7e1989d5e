import { describe, expect, it } from 'vitest';
import type { ReadOptions } from '../../../../core/profile/formats/format.js';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { fixtureProfile } from '../profiles.js';

interface Expected {
  format: string;
  kind: string;
  unit: string;
  total: number;
  samples?: number | null;
  idleWeight?: number;
  /** Frames by self weight, heaviest first. */
  self: Record<string, number>;
}

async function expectProfile(file: string, options: ReadOptions, expected: Expected): Promise<void> {
  const profile = await fixtureProfile(file, options);
  const { self, total, ...rest } = expected;
  expect(profile).toMatchObject(rest);
  expect(profile.total).toBeCloseTo(total, 5);
  const leaves = new Map(summarizeProfile(profile, { top: 10_000 }).leaves.map((leaf) => [leaf.frame, leaf.self]));
  for (const [frame, weight] of Object.entries(self)) expect(leaves.get(frame), frame).toBeCloseTo(weight, 5);
  expect([...leaves.keys()].slice(0, 2).sort()).toEqual(Object.keys(self).slice(0, 2).sort());
}

// The numbers come from the tools themselves: `jfr print --json` and a count, pstats, callgrind_annotate, `node --prof-process`, StackProf.
const files: [string, ReadOptions, Expected][] = [
  [
    'jfr/jdk17.jfr',
    {},
    { format: 'jfr', kind: 'cpu', unit: 'samples', total: 155, samples: 155, self: { 'Hot.hot': 105, 'Hot.cold': 34, 'Hot.makeRows': 15 } },
  ],
  [
    'jfr/jdk17-print.json.gz',
    {},
    {
      format: 'jfr-json',
      kind: 'cpu',
      unit: 'samples',
      total: 155,
      samples: 155,
      self: { 'Hot.hot': 105, 'Hot.cold': 34, 'Hot.makeRows': 15 },
    },
  ],
  [
    'jfr/async-profiler-4.5-cpu-wall-alloc-lock.jfr',
    {},
    { format: 'jfr', kind: 'cpu', unit: 'samples', total: 95, samples: 95, self: { 'Hot.hot': 60, 'Hot.cold': 22 } },
  ],
  [
    'jfr/async-profiler-4.5-cpu-wall-alloc-lock.jfr',
    { kind: 'alloc' },
    { format: 'jfr', kind: 'alloc', unit: 'bytes', total: 281_018_368, samples: null, self: { 'Hot.makeRows': 281_018_368 } },
  ],
  [
    'jfr/async-profiler-2.9-wall.jfr',
    { kind: 'cpu' },
    { format: 'jfr', kind: 'cpu', unit: 'samples', total: 130, self: { 'Hot.hot': 80, 'Hot.cold': 26 } },
  ],
  [
    'flame-graph-svg/inferno-0.12.8.svg',
    {},
    {
      format: 'flame-graph-svg',
      kind: 'unknown',
      unit: 'samples',
      total: 450,
      samples: 450,
      self: { hot: 300, cold: 90, 'handle & <serve>': 5 },
    },
  ],
  [
    'flame-graph-svg/inferno-inverted-ns.svg',
    {},
    { format: 'flame-graph-svg', kind: 'unknown', unit: 'nanoseconds', total: 450, samples: null, self: { hot: 300, cold: 90, tiny: 1 } },
  ],
  [
    'flame-graph-svg/flamegraph-pl.svg',
    {},
    { format: 'flame-graph-svg', kind: 'unknown', unit: 'samples', total: 450, self: { hot: 300, cold: 90, 'handle & (serve)': 5 } },
  ],
  [
    'flame-graph-svg/flamegraph-pl-inverted-minwidth.svg',
    {},
    { format: 'flame-graph-svg', kind: 'unknown', unit: 'microseconds', total: 450, self: { hot: 300, cold: 90 } },
  ],
  [
    'async-profiler-html/2.9-cpu.html',
    {},
    { format: 'async-profiler-html', kind: 'cpu', unit: 'samples', total: 89, self: { 'Hot.hot': 53, 'Hot.cold': 25 } },
  ],
  [
    'async-profiler-html/3.0-cpu.html',
    {},
    { format: 'async-profiler-html', kind: 'cpu', unit: 'samples', total: 133, self: { 'Hot.hot': 100, 'Hot.cold': 23 } },
  ],
  [
    'async-profiler-html/4.5-cpu.html',
    {},
    { format: 'async-profiler-html', kind: 'cpu', unit: 'samples', total: 268, self: { 'Hot.hot': 193, 'Hot.cold': 69 } },
  ],
  [
    'python/cprofile.prof',
    {},
    { format: 'pstats', kind: 'wall', unit: 'seconds', total: 2.002645706, samples: null, self: { hot: 1.471070422, cold: 0.460135788 } },
  ],
  [
    'python/pyinstrument.json',
    {},
    { format: 'pyinstrument', kind: 'wall', unit: 'seconds', total: 2.011457, samples: 469, self: { hot: 1.534944, cold: 0.46523 } },
  ],
  [
    'python/pyinstrument.pyisession.gz',
    {},
    {
      format: 'pyinstrument',
      kind: 'wall',
      unit: 'seconds',
      total: 2.011704828,
      samples: 252,
      self: { hot: 1.471607063, cold: 0.469191268 },
    },
  ],
  [
    'python/scalene-2.4.json',
    {},
    {
      format: 'scalene',
      kind: 'wall',
      unit: 'seconds',
      total: 3.0395746231,
      samples: 173,
      self: { hot: 2.0513722788, cold: 0.8735012081 },
    },
  ],
  [
    'python/memray-stats.json',
    {},
    {
      format: 'memray-stats',
      kind: 'alloc',
      unit: 'bytes',
      total: 13_324_074,
      self: { '<listcomp>': 13_029_984, _get_code_from_file: 102_820, '[unknown]': 62_039 },
    },
  ],
  [
    'python/memray-stats.txt',
    {},
    {
      format: 'memray-stats',
      kind: 'alloc',
      unit: 'bytes',
      total: 13_324_000,
      self: { '<listcomp>': 13_030_000, _get_code_from_file: 102_820 },
    },
  ],
  [
    'goroutine-dump/go1.26-debug1.txt',
    {},
    {
      format: 'goroutine-dump',
      kind: 'wall',
      unit: 'goroutines',
      total: 17,
      samples: null,
      self: { 'main.acquire': 9, 'internal/sync.runtime_SemacquireMutex': 4, 'time.Sleep': 3 },
    },
  ],
  [
    'goroutine-dump/go1.26-debug2.txt',
    {},
    {
      format: 'goroutine-dump',
      kind: 'wall',
      unit: 'goroutines',
      total: 17,
      samples: null,
      self: { 'main.acquire': 9, 'internal/sync.runtime_SemacquireMutex': 4, 'time.Sleep': 3 },
    },
  ],
  [
    'otlp-profiles/async-profiler-4.5.otlp',
    {},
    { format: 'otlp-profiles', kind: 'cpu', unit: 'samples', total: 284, samples: 284, self: { 'Hot.hot': 193, 'Hot.cold': 79 } },
  ],
  [
    'stackprof/cpu.dump',
    {},
    {
      format: 'stackprof',
      kind: 'cpu',
      unit: 'samples',
      total: 54,
      samples: 54,
      self: { 'Enumerable#sum': 21, 'Object#hot': 19, 'Object#cold': 6 },
    },
  ],
  [
    'stackprof/cpu.json',
    {},
    {
      format: 'stackprof',
      kind: 'cpu',
      unit: 'samples',
      total: 54,
      samples: 54,
      self: { 'Enumerable#sum': 21, 'Object#hot': 19, 'Object#cold': 6 },
    },
  ],
  [
    'stackprof/wall-without-raw.dump',
    {},
    { format: 'stackprof', kind: 'wall', unit: 'samples', total: 380, self: { 'Enumerable#sum': 169, 'Object#hot': 104 } },
  ],
  [
    'callgrind/callgrind.out',
    {},
    { format: 'callgrind', kind: 'cpu', unit: 'instructions', total: 7_330_746, self: { hot: 5_400_945, cold: 1_800_945 } },
  ],
  [
    'callgrind/cachegrind.out.gz',
    {},
    { format: 'callgrind', kind: 'cpu', unit: 'instructions', total: 7_331_994, self: { hot: 5_400_945, cold: 1_800_945 } },
  ],
  ['bpftrace/ustack.txt', {}, { format: 'bpftrace-map', kind: 'unknown', unit: 'samples', total: 33, self: { hot: 27, cold: 6 } }],
  [
    'bpftrace/kstack-and-ustack.txt',
    {},
    { format: 'bpftrace-map', kind: 'unknown', unit: 'samples', total: 25, self: { hot: 19, cold: 6 } },
  ],
  [
    'v8-log/node20.log.gz',
    {},
    {
      format: 'v8-log',
      kind: 'cpu',
      unit: 'samples',
      total: 623,
      samples: 623,
      idleWeight: 2,
      self: { sumDigits: 407, 'RegExp: ^(a+)+$': 56 },
    },
  ],
  [
    'v8-log/node20-preprocessed.json',
    {},
    { format: 'v8-log-json', kind: 'cpu', unit: 'samples', total: 542, samples: 542, self: { sumDigits: 407, 'RegExp: ^(a+)+$': 56 } },
  ],
];

describe('files of other tools', () => {
  it.each(files)('reads %s %o', async (file, options, expected) => {
    await expectProfile(file, options, expected);
  });

  it('reads every field of a name out of an SVG, and the same tree as from the folded stacks it was drawn from', async () => {
    const drawn = await fixtureProfile('flame-graph-svg/inferno-0.12.8.svg');
    const source = await fixtureProfile('flame-graph-svg/source.folded', { format: 'folded' });
    const leaves = (profile: typeof drawn): unknown[] =>
      summarizeProfile(profile, { top: 100 }).leaves.map(({ frame, self, stack }) => [frame, self, stack]);
    expect(leaves(drawn)).toEqual(leaves(source));
  });

  it('says that a picture of flamegraph.pl is lossy, and doubts one that was drawn from the leaves', async () => {
    const lossy = summarizeProfile(await fixtureProfile('flame-graph-svg/flamegraph-pl.svg')).quality;
    expect(lossy.checks).toContainEqual(expect.objectContaining({ id: 'lossy', ok: false }));
    const reversed = summarizeProfile(await fixtureProfile('flame-graph-svg/inferno-reverse.svg')).quality;
    expect(reversed.checks).toContainEqual(expect.objectContaining({ id: 'orientation', ok: false }));
  });

  it('keeps kinds of one recording apart, and tells which it left out', async () => {
    const file = 'jfr/async-profiler-4.5-cpu-wall-alloc-lock.jfr';
    const cpu = await fixtureProfile(file);
    expect(cpu.notes.find((note) => note.id === 'other-values')?.detail).toMatch(/wall-clock \(\d+\), tlab \(134\), lock \(5\)/);
    const wall = await fixtureProfile(file, { kind: 'wall' });
    // 4573 samples, most of them of virtual machine threads that sleep.
    expect(wall.total + (wall.idleWeight ?? 0)).toBe(4573);
    expect(wall.idleWeight).toBeGreaterThan(2000);
    const lock = await fixtureProfile(file, { kind: 'lock' });
    expect(summarizeProfile(lock).leaves[0]).toMatchObject({ frame: 'Hot.holdLock', selfShare: 1 });
  });

  it("is the service's own code in Java, with libraries of the virtual machine beside it", async () => {
    const [first] = summarizeProfile(await fixtureProfile('jfr/async-profiler-4.5-cpu-wall-alloc-lock.jfr')).leaves;
    expect(first).toMatchObject({ frame: 'Hot.hot', category: 'application' });
  });

  it('allocation and locks of a JDK recording weigh bytes and nanoseconds', async () => {
    const alloc = await fixtureProfile('jfr/jdk17.jfr', { kind: 'alloc' });
    expect([alloc.total, alloc.unit]).toEqual([397_349_192, 'bytes']);
    const lock = await fixtureProfile('jfr/jdk17.jfr', { kind: 'lock' });
    expect(lock.total / 1e9).toBeCloseTo(4.806864776, 4);
  });
});
