import { describe, expect, it } from 'vitest';
import { fuzz } from '../../bench/fuzz/run.js';
import { fuzzTargets } from '../../bench/fuzz/targets.js';

/** A small sample of `npm run fuzz`, which CI runs for 20 s a reader: the same damages in every run, on every machine. */
describe('damaged files', () => {
  it.each(fuzzTargets())('are read or refused by $id', async (target) => {
    expect(target.seeds.length).toBeGreaterThan(0);
    const { findings, inputs } = await fuzz(target, {
      budget: { inputs: 150 },
      firstSeed: 1,
      slowMs: 20_000,
      memoryMb: 1500,
      stopAtFinding: true,
    });
    expect(findings.map(({ seed, what }) => `seed ${seed}: ${what}`)).toEqual([]);
    expect(inputs).toBe(150);
  });
});
