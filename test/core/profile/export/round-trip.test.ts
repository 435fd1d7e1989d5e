import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame, ProfileKind } from '../../../../core/model/profile.js';
import { toFolded } from '../../../../core/profile/export/to-folded.js';
import { toPprof } from '../../../../core/profile/export/to-pprof.js';
import { toSpeedscope } from '../../../../core/profile/export/to-speedscope.js';
import { createProfileBuilder, rootNode } from '../../../../core/profile/profile-builder.js';
import { stackFrames, type StackProfile } from '../../../../core/profile/stack-profile.js';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { fixtureProfile, profileOf } from '../profiles.js';

const printers: Record<string, (profile: StackProfile) => string | Uint8Array> = {
  folded: (profile) => [...toFolded(profile)].join(''),
  speedscope: (profile) => [...toSpeedscope(profile, 'capture')].join(''),
  pprof: toPprof,
};

/** Weight by stack and line inside its leaf. */
function linesOf(profile: StackProfile): Map<string, number> {
  const lines = new Map<string, number>();
  for (const [node, weights] of profile.hotLines) {
    for (const { line, weight } of weights) lines.set(`${line} ${JSON.stringify(stackFrames(profile, node))}`, weight);
  }
  return lines;
}

/** pprof has whole numbers only: nanoseconds of a time, millionths of anything else. */
function expectLines(back: StackProfile, profile: StackProfile): void {
  const [came, wanted] = [linesOf(back), linesOf(profile)];
  expect(came.size).toBe(wanted.size);
  for (const [key, weight] of wanted) expect(came.get(key) ?? NaN).toBeCloseTo(weight, 5);
}

/** What must come back: every stack with its weight, and what the profile measures. */
function contentOf(profile: StackProfile) {
  const stacks: [string, number][] = [];
  for (let node = 0; node < profile.parents.length; node++) {
    const weight = profile.self[node] ?? 0;
    if (weight > 0) stacks.push([JSON.stringify(stackFrames(profile, node)), weight]);
  }
  const { kind, unit, samples, durationMs, idleWeight } = profile;
  return { stacks: stacks.sort((a, b) => (a[0] < b[0] ? -1 : 1)), kind, unit, samples, durationMs, idleWeight };
}

const awkward = fc.constantFrom(
  'load',
  'std::vector<int, (anonymous namespace)::A>::push(int)',
  'operator new(unsigned long) (inlined)',
  'a;b',
  '# no comment',
  '100 %3B',
  'foo\\bar',
  'two\nlines',
  ' blank ',
  '',
  '[unknown]',
  '(idle)',
  'größe 7',
  './index.js:hot:22',
  'vfs_write_[k]',
  'x_[j]',
  'L12',
  'App.load(Ljava/lang/String;I)V',
);
const modules = fc.constantFrom('', '/srv/app.js', '/opt/My App (beta)/app', 'a:12', '[kernel]', 'file:///srv/a.ts', 'app.py', ';', '%28');
const frames: fc.Arbitrary<Frame> = fc.record({
  name: fc.oneof(awkward, fc.string({ maxLength: 8 })),
  module: modules,
  line: fc.option(fc.integer({ min: 1, max: 9999 })),
});
/** Where inside its function a stack's weight fell, as shares of it; together at most the whole. */
const lineShares = fc.array(fc.record({ line: fc.integer({ min: 1, max: 999 }), share: fc.constantFrom(0.25, 0.5, 1 / 3) }), {
  maxLength: 2,
});
const stacks = fc.array(
  fc.record({ stack: fc.array(frames, { minLength: 1, maxLength: 6 }), samples: fc.integer({ min: 1, max: 500 }), lines: lineShares }),
  {
    minLength: 1,
    maxLength: 25,
  },
);
const shapes = fc.record({
  stacks,
  kind: fc.constantFrom<ProfileKind>('cpu', 'wall', 'off-cpu', 'lock', 'alloc', 'unknown'),
  unit: fc.constantFrom('samples', 'nanoseconds', 'milliseconds', 'bytes', 'cycles', 'unknown'),
  perSample: fc.integer({ min: 1, max: 1_000_000 }),
  isCounted: fc.boolean(),
  idle: fc.option(fc.integer({ min: 1, max: 1000 })),
  durationMs: fc.option(fc.integer({ min: 1, max: 100_000 })),
});

function build({
  stacks: rows,
  kind,
  unit,
  perSample,
  isCounted,
  idle,
  durationMs,
}: typeof shapes extends fc.Arbitrary<infer T> ? T : never) {
  const builder = createProfileBuilder();
  for (const { stack, samples, lines } of rows) {
    // Time apart and a stack of that very name are one and the same in a file.
    if (idle !== null && stack.length === 1 && stack[0]?.name === '(idle)') continue;
    const node = stack.reduce((at, frame) => builder.child(at, builder.frame(frame, JSON.stringify(frame))), rootNode);
    const weight = unit === 'samples' ? samples : samples * perSample;
    builder.add(node, weight, samples);
    for (const { line, share } of lines) builder.addLine(node, line, weight * share);
  }
  if (idle !== null) builder.addIdle(idle, 1);
  return builder.finish({ format: 'test', kind, unit, durationMs, samplesKnown: isCounted || unit === 'samples' });
}

describe.each(Object.entries(printers))('a profile printed as %s', (format, print) => {
  it('comes back as it was, whatever its frames are called', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const profile = build(shape);
        // Of a capture in which nothing ran, a folded file cannot say that it holds no sample.
        fc.pre(profile.total > 0);
        const back = await profileOf(print(profile), { format });
        expect(contentOf(back)).toEqual(contentOf(profile));
        if (format === 'folded') expect(back.hotLines.size).toBe(0);
        else expectLines(back, profile);
        if (profile.effectiveSamples !== null) expect(back.effectiveSamples).toBeCloseTo(profile.effectiveSamples, 6);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['cpuprofile/idle-gc-and-clock-back.cpuprofile', 'pprof/go1.26-inlined.pb.gz'])('keeps the hot lines of %s', async (file) => {
    const profile = await fixtureProfile(file);
    expect(profile.hotLines.size).toBeGreaterThan(0);
    const printed = print(profile);
    if (typeof printed === 'string' && format === 'folded') expect(printed).toContain('# lines inside functions are left out');
    else expectLines(await profileOf(printed), profile);
  });

  it.each([
    'cpuprofile/idle-gc-and-clock-back.cpuprofile',
    'pprof/go1.26-inlined.pb.gz',
    'perf-script/dialects.txt',
    'speedscope/evented-and-clock-back.json',
    'folded/austin-fractional-with-comments.txt',
    'heapprofile/node20.heapprofile',
    'samples/perf-swapper-softirq.txt.gz',
    'samples/speedscope-rbspy-uneven-weights.json',
  ])('tells the same of %s', async (file) => {
    const profile = await fixtureProfile(file);
    const back = await profileOf(print(profile));
    expect(back.format).toBe(format);
    const [before, after] = [summarizeProfile(profile), summarizeProfile(back)];
    expect(after).toMatchObject({ kind: before.kind, unit: before.unit, leaders: before.leaders, durationMs: before.durationMs });
    expect(after.total).toBeCloseTo(before.total, 6);
    expect(after.idleShare ?? 0).toBeCloseTo(before.idleShare ?? 0, 9);
    expect(after.samples).toBe(before.samples);
    expect(after.leaves.map(({ frame, module, category }) => [frame, module, category])).toEqual(
      before.leaves.map(({ frame, module, category }) => [frame, module, category]),
    );
    for (const [index, leaf] of after.leaves.entries()) expect(leaf.selfShare).toBeCloseTo(before.leaves[index]?.selfShare ?? 0, 9);
  });
});
