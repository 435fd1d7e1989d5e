import { describe, expect, it } from 'vitest';
import type { V8Node, V8Profile } from '../../../../core/profile/formats/v8/v8-profile.js';
import type { FunctionExtent } from '../../../../core/profile/inlined/choose-functions.js';
import { placeInlined } from '../../../../core/profile/inlined/place-inlined.js';

type Ticks = Record<number, number>;

/** A function of a call tree: where it begins and ends (1-based), its own samples by line, and what it calls. */
interface Called {
  name: string;
  file: string;
  lines: [number, number];
  ticks?: Ticks;
  calls?: Called[];
  /** Its source could not be read. */
  isUnread?: boolean;
}

function profileOf(root: Called): V8Profile {
  const nodes: V8Node[] = [];
  const add = ({ name, file, lines: [start], ticks = {}, calls = [] }: Called): number => {
    const positionTicks = Object.entries(ticks).map(([line, count]) => ({ line: Number(line), ticks: count }));
    const hitCount = positionTicks.reduce((sum, tick) => sum + tick.ticks, 0);
    const node: V8Node = {
      id: nodes.length + 1,
      callFrame: { functionName: name, url: file, lineNumber: start - 1, columnNumber: 9 },
      hitCount,
      positionTicks,
    };
    nodes.push(node);
    node.children = calls.map(add);
    return node.id;
  };
  add(root);
  const samples = nodes.flatMap(({ id, hitCount = 0 }) => Array.from({ length: hitCount }, () => id));
  return { nodes, startTime: 0, endTime: samples.length * 1000, samples, timeDeltas: samples.map(() => 1000) };
}

function extentsIn(root: Called): (callFrame: V8Node['callFrame']) => FunctionExtent | null {
  const extents = new Map<string, FunctionExtent>();
  const add = ({ name, file, lines: [startLine, endLine], calls = [], isUnread = false }: Called): void => {
    if (!isUnread) extents.set(`${name} ${file}`, { startLine, endLine, holdsCode: (line) => line % 10 !== 0 });
    calls.forEach(add);
  };
  add(root);
  return ({ functionName, url }) => extents.get(`${functionName} ${url}`) ?? null;
}

/** Samples of each stack, by the names on it. */
function placed(root: Called): Record<string, number> {
  const profile = profileOf(root);
  const { nodes, samples } = placeInlined(profile, extentsIn(root));
  expect(samples).toHaveLength(profile.samples.length);
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const counts: Record<string, number> = {};
  for (const id of Array.from(samples)) {
    const names: string[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at))
      names.unshift(byId.get(at)?.callFrame.functionName ?? '?');
    counts[names.join('>')] = (counts[names.join('>')] ?? 0) + 1;
  }
  for (const node of nodes) {
    const ticks = (node.positionTicks ?? []).reduce((sum, tick) => sum + tick.ticks, 0);
    expect([node.callFrame.functionName, node.hitCount]).toEqual([node.callFrame.functionName, ticks]);
    expect(Array.from(samples).filter((id) => id === node.id)).toHaveLength(ticks);
  }
  return counts;
}

const price: Called = { name: 'price', file: '/price.js', lines: [41, 53] };
const outside: Ticks = { 44: 30, 45: 60, 46: 9 };

describe('samples on lines outside of their function', () => {
  it('belong to the callee in whose code they lie, under the functions between them', () => {
    const handle: Called = { name: 'handle', file: '/routes.js', lines: [5, 9], calls: [price] };
    expect(placed({ name: 'answer', file: '/server.js', lines: [10, 14], ticks: { 12: 2, ...outside }, calls: [handle] })).toEqual({
      answer: 2,
      'answer>handle>price': 99,
    });
  });

  it('of the engine itself are those before it begins, since its end is not known', () => {
    const emit: Called = {
      name: 'emit',
      file: 'node:events',
      lines: [50, 60],
      isUnread: true,
      ticks: { 55: 3, 99: 4, ...outside },
      calls: [price],
    };
    expect(placed(emit)).toEqual({ emit: 7, 'emit>price': 99 });
  });

  it('of two callees that have code there belong to the one that has samples on the same lines under its own name', () => {
    const seen: Called = { ...price, ticks: { 44: 1, 45: 2 } };
    const other: Called = { name: 'other', file: '/other.js', lines: [30, 90], ticks: { 80: 1, 81: 1 } };
    expect(placed({ name: 'answer', file: '/server.js', lines: [10, 14], ticks: outside, calls: [other, seen] })).toEqual({
      'answer>price': 102,
      'answer>other': 2,
    });
  });

  it.each([
    ['two callees have code there', { name: 'other', file: '/other.js', lines: [30, 90] }],
    ['another one is there whose source is not known', { name: 'write', file: 'node:net', lines: [40, 60], isUnread: true }],
  ] as [string, Called][])('stay where they are when %s', (_why, other) => {
    expect(placed({ name: 'answer', file: '/server.js', lines: [10, 14], ticks: outside, calls: [price, other] })).toEqual({ answer: 99 });
  });

  it('stay where they are when nothing that is called has code there', () => {
    const far: Called = { name: 'far', file: '/far.js', lines: [200, 210] };
    expect(placed({ name: 'answer', file: '/server.js', lines: [10, 14], ticks: { 50: 7, 44: 3 }, calls: [far] })).toEqual({ answer: 10 });
    // Line 50 is a comment.
    expect(placed({ name: 'answer', file: '/server.js', lines: [10, 14], ticks: { 50: 7 }, calls: [price] })).toEqual({ answer: 7 });
  });

  it('of two inlined functions part by line, the inner one of a file before the one around it', () => {
    const inner: Called = { name: 'inner', file: '/price.js', lines: [44, 46] };
    const tax: Called = { name: 'tax', file: '/tax.js', lines: [101, 109] };
    expect(
      placed({
        name: 'answer',
        file: '/server.js',
        lines: [10, 14],
        ticks: { 43: 5, 45: 6, 103: 8 },
        calls: [{ ...price, calls: [inner] }, tax],
      }),
    ).toEqual({ 'answer>price': 5, 'answer>price>inner': 6, 'answer>tax': 8 });
  });

  it('move from every call of the function, also where it was not seen to call the other', () => {
    const answer = (calls: Called[]): Called => ({ name: 'answer', file: '/server.js', lines: [10, 14], ticks: { 45: 4 }, calls });
    expect(
      placed({
        name: 'main',
        file: '/main.js',
        lines: [1, 9],
        calls: [
          { name: 'a', file: '/main.js', lines: [2, 3], calls: [answer([price])] },
          { name: 'b', file: '/main.js', lines: [5, 6], calls: [answer([])] },
        ],
      }),
    ).toEqual({
      'main>a>answer>price': 4,
      'main>b>answer>price': 4,
    });
  });
});

it('takes those that move evenly over time', () => {
  const root: Called = { name: 'answer', file: '/server.js', lines: [10, 14], ticks: { 12: 50, 45: 50 }, calls: [price] };
  const { samples } = placeInlined(profileOf(root), extentsIn(root));
  const moved = Array.from(samples).map((id) => (id === 1 ? 0 : 1));
  expect(moved.slice(0, 50).filter((is) => is === 1)).toHaveLength(25);
});

it('leaves a profile as it is when every sample lies in its function', () => {
  const root: Called = { name: 'answer', file: '/server.js', lines: [10, 14], ticks: { 12: 5 }, calls: [{ ...price, ticks: { 45: 4 } }] };
  const profile = profileOf(root);
  expect(placeInlined(profile, extentsIn(root))).toBe(profile);
});
