import { expect, it } from 'vitest';
import { fixtureProfile, leavesOf, profileOf } from '../profiles.js';

it('ranks allocated bytes by the function that allocated them', async () => {
  const profile = await fixtureProfile('heapprofile/node20.heapprofile');
  expect(profile).toMatchObject({ format: 'heapprofile', kind: 'alloc', unit: 'bytes', samples: null });
  expect(leavesOf(profile)[0]).toMatch(/^makeRows \d{7,}$/);
});

it('reads a tree of any depth', async () => {
  const node = '{"callFrame":{"functionName":"f","url":"a.js","lineNumber":0,"columnNumber":0},"selfSize":1,"children":[';
  const profile = await profileOf(`{"head":${node.repeat(3000)}${']}'.repeat(3000)}}`);
  expect([profile.format, profile.total]).toEqual(['heapprofile', 3000]);
});

it.each(['{"head":{"callFrame":{},"selfSize":"many"}}', '{"head":{"callFrame":{"functionName":"(root)"},"selfSize":0}}'])(
  'refuses %s with what was expected',
  async (text) => {
    await expect(profileOf(text)).rejects.toThrow(/^heapprofile: expected /);
  },
);
