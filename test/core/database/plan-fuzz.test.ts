import { expect, it } from 'vitest';
import { checkText, mutate, seededRandom, seedTexts } from '../../support/fuzz-plans.js';

/** A sample: minutes of it are run by hand, with other seeds. */
const tries = 700;

it('reads a spoiled plan with sound times, or refuses it with words, in bounded time', () => {
  const seeds = seedTexts();
  const answers = { read: 0, refused: 0 };
  let slowest = { ms: 0, seed: 0 };
  for (let seed = 1; seed <= tries; seed++) {
    const text = mutate(seededRandom(seed), seeds);
    const from = performance.now();
    answers[checkText(text)]++;
    const ms = performance.now() - from;
    if (ms > slowest.ms) slowest = { ms, seed };
  }
  expect(seeds.length).toBeGreaterThan(100);
  expect(Math.min(answers.read, answers.refused)).toBeGreaterThan(tries / 10);
  // At most 300 kB each: what takes the square of its length takes half a minute, what does not a tenth of a second.
  expect(slowest.ms, `seed ${slowest.seed}`).toBeLessThan(10_000);
});
