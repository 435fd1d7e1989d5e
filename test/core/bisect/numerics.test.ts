/** A search that began on one build goes on with the same numbers on the next: whoever changes them adds a version (core/bisect/numerics.ts). */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRepository, type Scenario } from '../../../bench/bisect/noise.js';
import { firstNumerics, newestNumerics, numericsOf, type Numerics } from '../../../core/bisect/numerics.js';
import type { Run } from '../../../core/bisect/search-state.js';

const base: Scenario = { commits: 32, effect: 5, hasRegression: true, drift: 0, outliers: 0, unbuildable: 0 };
const scenarios: Scenario[] = [
  base,
  { ...base, unbuildable: 0.2 },
  { ...base, outliers: 0.1, effect: 8 },
  { ...base, hasRegression: false, effect: 0 },
];
/** Beyond six digits processors and engines may differ. */
const rounded = (_key: string, value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(6)) : value);

/** Every decision of a search and what it said of itself, as text. */
function decisions(
  { nextSearchStep, posteriorNow, bracketOf, credibleRange, commitsToPrebuild }: Numerics,
  scenario: Scenario,
  seed: number,
): string {
  const repository = createRepository(scenario, seed);
  const { commits, untestable } = repository;
  const runs: Run[] = [];
  const told: unknown[] = [];
  const seat = { host: 'one', rank: 0, hosts: 1, built: [] };
  for (;;) {
    const prior = new Array<number>(commits).fill(1);
    const search = { commits, runs, untestable, prior, minEffect: 1.02, cost: { runMs: 10_000, buildMs: 5_000 } };
    const posterior = posteriorNow(search);
    const ahead =
      posterior === null ? null : [credibleRange(posterior.byCommit), commitsToPrebuild(search, posterior, { built: [] }, true)];
    const step = nextSearchStep(search, seat);
    told.push(step, bracketOf(search), ahead);
    if (step.kind !== 'measure' || runs.length > 250) return JSON.stringify(told, rounded);
    runs.push({ commit: step.commit, logMetric: repository.measure(step.commit), host: 'one' });
  }
}

/** Of each version that histories may hold; never changed, only added to. */
const digests: Record<number, string> = { 1: '41148251652943fc' };

describe('the numbers of a search', () => {
  it.each(Object.entries(digests))('of version %s are what they were when its searches began', (version, digest) => {
    const numerics = numericsOf(Number(version));
    expect(numerics).not.toBeNull();
    const text = scenarios
      .flatMap((scenario) => [1, 2].map((seed) => (numerics === null ? '' : decisions(numerics, scenario, seed))))
      .join('\n');
    expect(createHash('sha256').update(text).digest('hex').slice(0, 16)).toBe(digest);
  });

  it('have a digest for every version, the newest too, and none that no build knows', () => {
    expect(Object.keys(digests).map(Number)).toEqual(Array.from({ length: newestNumerics }, (_, index) => firstNumerics + index));
    expect(numericsOf(newestNumerics + 1)).toBeNull();
  });
});
