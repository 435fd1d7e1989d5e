import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { flameTree } from '../../../core/profile/flame-tree.js';
import { profileFormats } from '../../../core/profile/formats/registry.js';
import { summarizeProfile } from '../../../core/profile/summarize.js';
import type { FlameNode } from '../../../core/model/profile.js';
import { profileOf } from './profiles.js';

const stacks = fc.array(
  fc.tuple(
    fc.array(fc.constantFrom('a', 'b', 'c', 'JSON.parse', '(idle)', 'malloc'), { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 1, max: 500 }),
  ),
  {
    minLength: 1,
    maxLength: 30,
  },
);

it('keeps the total: of the nodes, of the leaves, of the categories and of the flame tree', async () => {
  await fc.assert(
    fc.asyncProperty(stacks, async (lines) => {
      const profile = await profileOf(lines.map(([stack, weight]) => `root;${stack.join(';')} ${weight}`).join('\n'));
      expect(profile.total).toBeCloseTo(lines.reduce((sum, [, weight]) => sum + weight, 0));
      const summary = summarizeProfile(profile, { top: 1000 });
      expect(summary.leaves.reduce((sum, leaf) => sum + leaf.self, 0)).toBeCloseTo(summary.total);
      if (summary.total > 0) expect(summary.categories.reduce((sum, entry) => sum + entry.share, 0)).toBeCloseTo(1);
      for (const { selfShare, ci } of summary.leaves) {
        expect(ci[0]).toBeGreaterThanOrEqual(0);
        expect(ci[0]).toBeLessThanOrEqual(selfShare);
        expect(ci[1]).toBeGreaterThanOrEqual(selfShare);
        expect(ci[1]).toBeLessThanOrEqual(1);
      }
      expectSums(flameTree(profile, { minShare: 0 }));
    }),
    { numRuns: 60 },
  );
});

function expectSums(node: FlameNode): void {
  expect(node.total).toBeCloseTo(node.self + node.children.reduce((sum, child) => sum + child.total, 0));
  node.children.forEach(expectSums);
}

const damaged = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.string({ maxLength: 300 }).map((text) => new TextEncoder().encode(text)),
  fc.json().map((text) => new TextEncoder().encode(text)),
  fc
    .constantFrom(
      '{"nodes":[',
      '{"nodes":[{"id":1,"callFrame":{"functionName":"a"},"children":[1]}],"samples":[1],"timeDeltas":[1],"startTime":0,"endTime":1}',
      '{"$schema":"https://www.speedscope.app/x","shared":{"frames":[]},"profiles":[]}',
      '[{"ph":"X"}]',
    )
    .map((text) => new TextEncoder().encode(text)),
);

it('throws nothing but UnreadableInputError, whatever the bytes and the format are', async () => {
  const formats = [undefined, ...profileFormats.map((format) => format.id)];
  await fc.assert(
    fc.asyncProperty(damaged, fc.constantFrom(...formats), async (bytes, format) => {
      const error: unknown = await profileOf(bytes, format === undefined ? {} : { format }).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error !== null) expect(error).toBeInstanceOf(UnreadableInputError);
    }),
    { numRuns: 400 },
  );
});
