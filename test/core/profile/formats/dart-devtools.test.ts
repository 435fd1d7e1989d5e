import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { leavesOf, profileOf } from '../profiles.js';

/** As DevTools writes them: root and packages are its own inventions, ids begin with the isolate. */
const timeline = fixture('timeline.json') as { stackFrames: Record<string, unknown> };

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../../fixtures/profiles/dart-devtools/${name}`, import.meta.url), 'utf8'));
}

describe('CPU profiles of Dart DevTools', () => {
  it.each([
    ['alone', timeline],
    [
      'inside of a snapshot',
      { devToolsSnapshot: true, activeScreenId: 'cpu-profiler', connectedApp: { isDartWebApp: false }, 'cpu-profiler': timeline },
    ],
  ])('are read %s', async (_where, file) => {
    const profile = await profileOf(JSON.stringify(file));
    expect(profile).toMatchObject({ format: 'dart-devtools', kind: 'cpu', unit: 'samples', samples: 4, durationMs: 4 });
    expect(leavesOf(profile).sort()).toEqual(['Cart.total 2', 'Element.updateChild 1', 'List.add 1']);
    expect(summarizeProfile(profile).leaves.map(({ frame, module, category }) => [frame, module, category])).toEqual([
      ['Cart.total', 'package:shop/cart.dart', 'application'],
      ['List.add', 'dart:core/growable_array.dart', 'runtime'],
      ['Element.updateChild', 'package:flutter/src/widgets/framework.dart', 'framework'],
    ]);
  });

  it('are read as samples of the VM service, the leaf first', async () => {
    const profile = await profileOf(JSON.stringify(fixture('cpu-samples.json')));
    expect(leavesOf(profile)).toEqual(['Cart.total 2', 'main 1']);
  });

  it('are refused when samples are missing, or their frames', async () => {
    await expect(profileOf(JSON.stringify({ ...timeline, sampleCount: 9 }))).rejects.toThrow(/expected 9 samples as the file says, got 4/);
    await expect(profileOf(JSON.stringify({ ...timeline, stackFrames: { '12-1': timeline.stackFrames['12-1'] } }))).rejects.toThrow(
      /frame 12-3 is not/,
    );
    const named = { ...timeline, sampleCount: 1, traceEvents: [{ sf: '__proto__' }] };
    await expect(profileOf(JSON.stringify(named))).rejects.toThrow(/frame __proto__ is not/);
  });
});

it('counts samples of Hermes without JavaScript on the stack as idle, on any thread', async () => {
  const samples = [1, 2, 2, 3].map((sf, index) => ({ sf, ts: String(10 * index), tid: '1', weight: '1', cpu: '-1', name: '', pid: 7 }));
  const stackFrames = {
    1: { name: '[root]', category: 'root' },
    2: { name: 'work(a.js:1:2)', category: 'JavaScript', parent: 1 },
    3: { name: '[root thread 2]', category: 'root' },
  };
  const profile = await profileOf(JSON.stringify({ traceEvents: [], samples, stackFrames }));
  expect(profile).toMatchObject({ format: 'hermes', total: 2, samples: 2, idleWeight: 2 });
  expect(leavesOf(profile)).toEqual(['work 2']);
});
