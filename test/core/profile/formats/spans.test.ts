import { describe, expect, it } from 'vitest';
import type { StackProfile } from '../../../../core/profile/stack-profile.js';
import { leavesOf, profileOf } from '../profiles.js';

interface Event {
  name?: string;
  ph: string;
  ts: number | string;
  dur?: number;
  pid?: string;
  tid?: string;
  args?: unknown;
}

const traceOf = (...events: Event[]): Promise<StackProfile> =>
  profileOf(JSON.stringify(events.map((event) => ({ pid: 1, tid: 1, ...event }))));
const begin = (name: string, ts: number): Event => ({ name, ph: 'B', ts });
const end = (name: string, ts: number): Event => ({ name, ph: 'E', ts });

describe('spans of a trace', () => {
  it('last until the trace ends when nothing ends them', async () => {
    const profile = await traceOf(
      begin('serve', 0),
      begin('parse', 1),
      end('parse', 5),
      begin('render', 6),
      begin('escape', 7),
      end('escape', 10),
    );
    expect(leavesOf(profile).sort()).toEqual(['escape 3', 'parse 4', 'render 1', 'serve 2']);
    expect(profile.notes.map(({ id, detail }) => `${id}: ${detail}`)).toContainEqual(
      expect.stringMatching(/^open-spans: 2 of 4 spans have no end/),
    );
    expect(leavesOf(await traceOf(begin('a', 0), begin('b', 1), begin('c', 2))).sort()).toEqual(['a 1', 'b 1']);
  });

  it('end with the end of their own name, in whatever order events of one instant stand in the file', async () => {
    const profile = await traceOf(begin('first', 0), begin('second', 5), end('first', 5), end('second', 10));
    expect(leavesOf(profile).sort()).toEqual(['first 5', 'second 5']);
  });

  it('end with an end that has no name', async () => {
    expect(leavesOf(await traceOf(begin('outer', 0), begin('inner', 4), { ph: 'E', ts: 9 }, { ph: 'E', ts: 10 })).sort()).toEqual([
      'inner 5',
      'outer 5',
    ]);
  });

  it('are refused where they lie side by side: requests of one event loop are no calls', async () => {
    const requests = Array.from({ length: 20 }, (_, index) => ({ name: `GET /${index}`, ph: 'X', ts: 10 * index, dur: 25 }));
    await expect(traceOf(...requests)).rejects.toThrow(/of 20 spans \d+ cross another one.*CPU samples/);
  });

  it('are refused where most have no beginning', async () => {
    await expect(traceOf(end('a', 1), end('b', 2), end('c', 3), begin('d', 4), end('d', 9))).rejects.toThrow(
      /of 4 spans .* 3 have no beginning/,
    );
  });

  it('name the file of the function, in traces of Hermes that were converted', async () => {
    const args = { url: '/shop/src/cart.js', line: 54, funcLine: '1', category: 'JavaScript', name: 'total' };
    const profile = await traceOf({ ...begin('total', 0), args }, { ...end('total', 8), args });
    expect(profile.frames.map(({ name, module }) => [name, module])).toContainEqual(['total', '/shop/src/cart.js']);
  });

  it('of clang are not counted again in its sums at the end', async () => {
    const profile = await traceOf(
      { name: 'Frontend', ph: 'X', ts: 0, dur: 70 },
      { name: 'Source', ph: 'X', ts: 10, dur: 40, args: { detail: 'vector' } },
      { name: 'Total Frontend', ph: 'X', ts: 0, dur: 70, args: { count: 1, 'avg ms': 0 } },
      { name: 'Total cost', ph: 'X', ts: 80, dur: 5 },
    );
    expect(leavesOf(profile).sort()).toEqual(['Frontend 30', 'Source 40', 'Total cost 5']);
  });

  it('of PyTorch are not counted again as its recorder', async () => {
    const profile = await traceOf(
      { name: 'aten::linear', ph: 'X', ts: 10, dur: 50, args: { 'External id': 1 } },
      { name: 'PyTorch Profiler (0)', ph: 'X', ts: 0, dur: 200, pid: 'Spans', tid: 'PyTorch Profiler' },
    );
    expect(leavesOf(profile)).toEqual(['aten::linear 50']);
  });

  it('that are asynchronous say why they cannot be ranked', async () => {
    await expect(traceOf({ name: 'q', ph: 'b', ts: 0 }, { name: 'q', ph: 'e', ts: 9 })).rejects.toThrow(
      /async spans, b and e, tell no stacks/,
    );
  });
});
