import { expect, it } from 'vitest';
import { diffProfiles } from '../../../core/profile/diff/diff-profiles.js';
import { diffTree } from '../../../core/profile/diff/diff-tree.js';
import { createProfileBuilder, rootNode } from '../../../core/profile/profile-builder.js';
import type { StackProfile } from '../../../core/profile/stack-profile.js';
import { renderDiffSvg } from '../../../report/diff-flame.js';
import { profileOf } from './profiles.js';

/** CPU samples of 10 ms each over `seconds`. */
function capture(seconds: number, samples: Record<string, number>): StackProfile {
  const builder = createProfileBuilder();
  const main = builder.child(rootNode, builder.frame({ name: 'main', module: 'app', line: null }));
  for (const [name, count] of Object.entries(samples)) {
    builder.add(builder.child(main, builder.frame({ name, module: 'app', line: null })), count * 10, count);
  }
  return builder.finish({ format: 'test', kind: 'cpu', unit: 'milliseconds', durationMs: seconds * 1000, samplesKnown: true });
}

it('compares CPU time a second, so that a longer capture is no growth', () => {
  const diff = diffProfiles(capture(10, { encode: 400, query: 400 }), capture(20, { encode: 800, query: 1600 }));
  expect(diff).toMatchObject({ basis: 'milliseconds-per-second', before: { rate: 800 }, after: { rate: 1200 } });
  const of = (name: string) => diff.functions.find((row) => row.frame === name);
  expect(of('query')).toMatchObject({ change: 400, verdict: 'grew', before: { rate: 400 }, after: { rate: 800, selfShare: 2 / 3 } });
  expect(of('encode')).toMatchObject({ change: 0, verdict: 'unclear' });
  expect(diff.functions[0]?.frame).toBe('query');
});

it('calls chance no change, and gives no interval where the number of samples is unknown', async () => {
  const chance = diffProfiles(capture(10, { a: 500, b: 500 }), capture(10, { a: 520, b: 480 }));
  expect(chance.functions.map((row) => row.verdict)).toEqual(['unclear', 'unclear']);
  const [low = 0, high = 0] = chance.functions.find((row) => row.frame === 'a')?.ci ?? [];
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(20);
  const unknown = diffProfiles(await profileOf('m;a 1.5\nm;b 2.5\n'), await profileOf('m;a 3.5\nm;b 0.5\n'));
  expect(unknown).toMatchObject({ basis: 'share', functions: [{ ci: null, verdict: 'unclear' }, {}] });
});

it('compares shares where a side tells no length, and functions by name between two formats', async () => {
  const folded = await profileOf('main;encode (app) 900\nmain;query (app) 100\n');
  const diff = diffProfiles(folded, capture(10, { encode: 500, query: 500, fresh: 1000 }));
  expect(diff.basis).toBe('share');
  expect(diff.functions.find((row) => row.frame === 'fresh')).toMatchObject({ change: 0.5, verdict: 'grew' });
  expect(diff.functions.filter((row) => row.frame.startsWith('encode'))).toHaveLength(2);
});

it('draws both trees as one: red what grew, blue what shrank, also what is gone', () => {
  const tree = diffTree(capture(10, { gone: 300, same: 300 }), capture(10, { fresh: 300, same: 300 }));
  expect(tree).toMatchObject({ before: 600, after: 600, total: 600 });
  expect(tree.children[0]?.children.map(({ frame, before, after, total }) => [frame, before, after, total])).toEqual([
    ['same', 300, 300, 300],
    ['fresh', 0, 300, 150],
    ['gone', 300, 0, 150],
  ]);
  const svg = renderDiffSvg(tree, 'milliseconds-per-second');
  expect(svg).toMatch(/<title>gone \(app\): 300 ms\/s before, 0 ms\/s after<\/title><rect [^>]*fill="#699bf0"/);
  expect(svg).toMatch(/<title>fresh \(app\): 0 ms\/s before, 300 ms\/s after<\/title><rect [^>]*fill="#f06e64"/);
  expect(svg).toMatch(/<title>same [^>]*<\/title><rect [^>]*fill="#f5f5f5"/);
});
