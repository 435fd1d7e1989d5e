import { describe, expect, it } from 'vitest';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { fixtureProfile, leavesOf, profileOf } from '../profiles.js';

const trait = 'cpuprofile/idle-gc-and-clock-back.cpuprofile';

describe('cpuprofile', () => {
  it('weighs a sample by the time until the next one in the order of time: V8 delivers some late, with a step back', async () => {
    const profile = await fixtureProfile(trait);
    expect(leavesOf(profile)).toEqual(['total 3000', 'handle 2000', '(garbage collector) 500', '(program) 500']);
  });

  it('keeps idle apart', async () => {
    const summary = summarizeProfile(await fixtureProfile(trait));
    expect(summary).toMatchObject({ samples: 5, total: 6000 });
    expect(summary.idleShare).toBeCloseTo(0.4);
    expect(summary.leaves.map((leaf) => leaf.frame)).not.toContain('(idle)');
  });

  it('puts the collector under the code that ran before it, as category gc', async () => {
    const { leaves } = summarizeProfile(await fixtureProfile(trait));
    expect(leaves.find((leaf) => leaf.frame === '(garbage collector)')).toMatchObject({
      category: 'gc',
      stack: ['handle', 'total', '(garbage collector)'],
      applicationFrame: { name: 'total', line: 20 },
    });
  });

  it('knows on which lines a function burned', async () => {
    const profile = await fixtureProfile(trait);
    const lines = [...profile.hotLines.values()].flat();
    expect(lines).toEqual([
      { line: 21, weight: 2250 },
      { line: 22, weight: 750 },
    ]);
  });

  it('reads the old nested format', async () => {
    expect(leavesOf(await fixtureProfile('cpuprofile/old-head.cpuprofile'))).toEqual(['hot 3000', 'main 1000']);
  });

  it('tells anonymous functions of one file apart', async () => {
    const callFrame = (lineNumber: number) => ({ functionName: '', url: 'file:///a.js', lineNumber, columnNumber: 4 });
    const profile = await profileOf(
      JSON.stringify({
        nodes: [
          { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1 }, children: [2, 3] },
          { id: 2, callFrame: callFrame(3) },
          { id: 3, callFrame: callFrame(30) },
        ],
        startTime: 0,
        endTime: 3000,
        samples: [2, 3, 3],
        timeDeltas: [0, 1000, 1000],
      }),
    );
    expect(summarizeProfile(profile).leaves.map(({ frame, line, self }) => [frame, line, self])).toEqual([
      ['(anonymous)', 31, 2000],
      ['(anonymous)', 4, 1000],
    ]);
  });
});

it("takes the objects of Business Central's AL for what they are, and its idle time", async () => {
  const node = (id: number, functionName: string, object: string, children: number[] = []): Record<string, unknown> => ({
    id,
    callFrame: { functionName, scriptId: 'Codeunit_50', url: '', lineNumber: 3, columnNumber: 0 },
    hitCount: 1,
    children,
    declaringApplication: { appName: 'Shop', appPublisher: 'Tester', appVersion: '1' },
    ...(object === '' ? {} : { applicationDefinition: { objectType: 'Codeunit', objectName: object, objectId: 50 } }),
    frameIdentifier: id,
  });
  const file = {
    nodes: [node(1, 'IdleTime', ''), node(2, 'OnRun', 'Cart', [3]), node(3, 'Total', 'Price')],
    startTime: 0,
    endTime: 400,
    samples: [1, 2, 3, 3],
    timeDeltas: [0, 100, 100, 100],
  };
  const profile = await profileOf(JSON.stringify(file));
  expect(profile).toMatchObject({ total: 300, idleWeight: 100 });
  expect(summarizeProfile(profile).leaves.map(({ frame, module, category }) => [frame, module, category])).toEqual([
    ['Total', 'Shop/Codeunit Price', 'application'],
    ['OnRun', 'Shop/Codeunit Cart', 'application'],
  ]);
});

it('weighs hit counts for what they are, however large', async () => {
  const node = (id: number, functionName: string, hitCount: number, children: unknown[] = []): Record<string, unknown> => ({
    id,
    functionName,
    url: 'a.js',
    lineNumber: id,
    hitCount,
    children,
  });
  const head = { ...node(1, '(root)', 0), children: [node(2, 'parse', 3_000_000), node(3, 'print', 1_000_000), node(4, 'rest', 0)] };
  const profile = await profileOf(JSON.stringify({ head, startTime: 1, endTime: 4001 }));
  expect(profile.samples).toBe(4_000_000);
  expect(summarizeProfile(profile).leaves.map(({ frame, selfShare }) => [frame, selfShare])).toEqual([
    ['parse', 0.75],
    ['print', 0.25],
  ]);
});

it.each([
  [{ 44: 90, 12: 10 }, 40, []],
  [{ 44: 60, 52: 40 }, 50, [/60 % of the self time of answer lies on lines before it begins: V8 inlined other functions there/]],
  [{ 44: 40, 52: 60 }, 50, []],
  [{ 52: 100 }, 50, []],
] as [Record<number, number>, number, RegExp[]][])(
  'tells when most of a function lies on lines before it begins: %j from line %i',
  async (ticks, start, told) => {
    const positionTicks = Object.entries(ticks).map(([line, count]) => ({ line: Number(line), ticks: count }));
    const callFrame = { functionName: 'answer', scriptId: '7', url: 'file:///srv/server.js', lineNumber: start - 1, columnNumber: 0 };
    const nodes = [
      {
        id: 1,
        callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
        hitCount: 0,
        children: [2],
      },
      { id: 2, callFrame, hitCount: 100, positionTicks },
    ];
    const profile = { nodes, startTime: 0, endTime: 100_000, samples: Array(100).fill(2), timeDeltas: Array(100).fill(1000) };
    const { quality } = summarizeProfile(await profileOf(JSON.stringify(profile)));
    const notes = quality.checks.filter(({ id }) => id === 'inlined-functions');
    expect(notes).toHaveLength(told.length);
    for (const [index, { ok, detail }] of notes.entries()) {
      expect(ok).toBe(true);
      expect(detail).toMatch(told[index] ?? /^$/);
    }
  },
);
