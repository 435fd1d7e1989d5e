import { describe, expect, it } from 'vitest';
import { createRepository, type Scenario } from '../../../bench/bisect/noise.js';
import { filterStep } from '../../../core/bisect/step-filter.js';
import { changePointPosterior } from '../../../core/bisect/posterior.js';
import { noiseScale } from '../../../core/bisect/scale.js';
import { nextSearchStep } from '../../../core/bisect/search.js';
import type { Run, SearchStep } from '../../../core/bisect/search-state.js';

const host = 'one';
const alone = { host, rank: 0, hosts: 1, built: [] };
const freeBuilds = { runMs: 0, buildMs: 0 };
const base: Scenario = { commits: 32, effect: 5, hasRegression: true, drift: 0, outliers: 0, unbuildable: 0 };

function solve(
  scenario: Scenario,
  seed: number,
  prior?: number[],
): { answer: SearchStep; runs: Run[]; culprit: number | null; untestable: number[] } {
  const repository = createRepository(scenario, seed);
  const runs: Run[] = [];
  for (;;) {
    const { commits, untestable } = repository;
    const search = { commits, runs, untestable, prior: prior ?? new Array<number>(commits).fill(1), minEffect: 1.02, cost: freeBuilds };
    const step = nextSearchStep(search, alone);
    if (step.kind !== 'measure') return { answer: step, runs, culprit: repository.culprit, untestable: repository.untestable };
    expect(repository.untestable).not.toContain(step.commit);
    expect(runs.length).toBeLessThan(250);
    runs.push({ commit: step.commit, logMetric: repository.measure(step.commit), host });
  }
}

describe('the search for the culprit', () => {
  it.each([1, 2, 3, 4, 5])('finds the commit and checks it against its parent in three interleaved pairs (seed %i)', (seed) => {
    const { answer, runs, culprit } = solve(base, seed);
    expect(answer).toMatchObject({ kind: 'found', from: (culprit ?? 0) - 1, to: culprit });
    const pairs = runs.slice(-6).map((run) => (run.commit === culprit ? 'B' : 'A'));
    expect(pairs.join('')).toBe('ABBAAB');
  });

  it('starts with the ends in the order A B B A, before any other commit', () => {
    const { runs } = solve(base, 9);
    expect(runs.slice(0, 8).map((run) => run.commit)).toEqual([0, 31, 31, 0, 0, 31, 31, 0]);
  });

  it('says that there is no step when there is none, with what it could have seen', () => {
    const { answer } = solve({ ...base, hasRegression: false, effect: 0 }, 3);
    expect(answer.kind).toBe('no-step');
    if (answer.kind === 'no-step') expect(answer.bracket.minDetectable).toBeGreaterThan(1);
  });

  it.each([1, 2, 3])('answers with a range that holds the truth when the culprit cannot be built (seed %i)', (seed) => {
    const { answer, culprit, untestable } = solve({ ...base, unbuildable: 0.3 }, seed);
    expect(answer.kind).toBe('found');
    if (answer.kind !== 'found' || culprit === null) return;
    expect(answer.from).toBeLessThan(culprit);
    expect(answer.to).toBeGreaterThanOrEqual(culprit);
    if (untestable.includes(culprit)) expect(answer.to - answer.from).toBeGreaterThan(1);
  });

  it('gives the same next step for the same runs, so that a history can be resumed anywhere', () => {
    const { runs } = solve(base, 4);
    const search = { commits: 32, untestable: [], prior: new Array<number>(32).fill(1), minEffect: 1.02, cost: freeBuilds };
    for (let length = 0; length < runs.length; length += 1) {
      const step = nextSearchStep({ ...search, runs: runs.slice(0, length) }, alone);
      expect(step).toMatchObject({ kind: 'measure', commit: runs[length]?.commit });
    }
  });

  it('lets a prior move the posterior between commits that the runs cannot tell apart', () => {
    const runs = [0, 3, 3, 0, 0, 3].map((commit) => ({ commit, value: commit === 3 ? 6 : 0, host }));
    const { byCommit } = changePointPosterior(runs, 4, [1, 1, 10, 1]);
    expect(byCommit[2]).toBeCloseTo(10 / 12, 6);
    expect(byCommit.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  });
});

describe('the noise', () => {
  it('is the deviation inside commits and not the step between them', () => {
    const runs = [0, 0.1, 0, 0.1, 0].flatMap((offset) => [
      { commit: 0, logMetric: 5 + offset, host },
      { commit: 1, logMetric: 9 + offset, host },
    ]);
    expect(noiseScale(runs)).toBeCloseTo((1.4826 * 0.1) / Math.SQRT2, 6);
  });

  it('lets one outlier hardly move the step once the noise is known', () => {
    const values = [0.1, -0.2, 0.3, -0.1, 0.2, -0.3, 0.1, 0, -0.1, 0.2, 0.1, -0.2];
    const runs = values.map((value, index) => ({ commit: index % 2, value: value + (index % 2) * 4, host }));
    const spoiled = runs.map((run, index) => (index === 10 ? { ...run, value: run.value + 30 } : run));
    expect(Math.abs(filterStep(spoiled, 1, 0).step - filterStep(runs, 1, 0).step)).toBeLessThan(0.5);
  });
});
