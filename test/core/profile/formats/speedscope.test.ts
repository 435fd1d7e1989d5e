import { expect, it } from 'vitest';
import { fixtureProfile, leavesOf } from '../profiles.js';

it('takes the gap to the next event as self time, and a clock that steps back as no gap', async () => {
  const profile = await fixtureProfile('speedscope/evented-and-clock-back.json');
  expect(leavesOf(profile)).toEqual(['work 75', 'main 20']);
  expect(profile).toMatchObject({ unit: 'milliseconds', samples: null });
});

it('counts one sample a record when all weigh the same', async () => {
  expect((await fixtureProfile('speedscope/py-spy.json')).samples).toBe(299);
});
