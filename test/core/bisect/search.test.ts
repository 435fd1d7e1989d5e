import { describe, expect, it } from 'vitest';
import { createRepository, type Scenario } from '../../../bench/bisect/noise.js';
import { filterStep } from '../../../core/bisect/step-filter.js';
import { changePointPosterior } from '../../../core/bisect/posterior.js';
import { noiseScale } from '../../../core/bisect/scale.js';
import { information } from '../../../core/bisect/information.js';
import { commitsToPrebuild, nextCommit } from '../../../core/bisect/next-commit.js';
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

describe('machines of different speed', () => {
  const turn = (index: number): string => (index % 2 === 0 ? 'fast' : 'slow');

  it('do not look like a step: each is compared with itself', () => {
    const speed = { fast: 0, slow: 25 };
    const noise = [0.3, -0.4, 0.1, 0.5, -0.2, 0.2, -0.5, 0.4, 0, -0.1, 0.2, -0.3];
    const runs = noise.map((value, index) => {
      const name = turn(index);
      return { commit: Math.floor(index / 2) % 2, value: value + (name === 'slow' ? speed.slow : speed.fast), host: name };
    });
    const { step, stepSd } = filterStep(runs, 1, 0);
    expect(Math.abs(step)).toBeLessThan(3 * stepSd);
  });

  it('tell nothing about the step when each ran on one side only', () => {
    const runs = [0, 25, 0.1, 25.1, -0.1, 24.9].map((value, index) => ({ commit: index % 2, value, host: turn(index) }));
    expect(filterStep(runs, 1, 0).stepSd).toBeGreaterThan(10);
  });

  it('each take turns at the ends by themselves', () => {
    const runs: Run[] = [];
    const search = { commits: 9, untestable: [], prior: new Array<number>(9).fill(1), minEffect: 1.02, cost: freeBuilds };
    for (let round = 0; round < 3; round += 1) {
      for (const [rank, name] of ['fast', 'slow'].entries()) {
        const step = nextSearchStep({ ...search, runs }, { host: name, rank, hosts: 2, built: [] });
        if (step.kind === 'measure') runs.push({ commit: step.commit, logMetric: 0, host: name });
      }
    }
    expect(runs.filter(({ host: name }) => name === 'slow').map(({ commit }) => commit)).toEqual([0, 8, 8]);
  });
});

describe('what a run is worth', () => {
  it('is a bit at most, most where good and bad are equally likely, and nothing where the side is known', () => {
    expect(information(0.5, 8)).toBeCloseTo(1, 3);
    expect(information(0.5, 0)).toBeCloseTo(0, 6);
    expect(information(0.5, 2)).toBeGreaterThan(information(0.7, 2));
    expect(information(0.7, 2)).toBeCloseTo(information(0.3, 2), 6);
    expect([information(0, 3), information(1, 3)]).toEqual([0, 0]);
  });

  const runs = [0, 8, 8, 0, 0, 8, 8, 0].map((commit) => ({ commit, logMetric: commit === 8 ? 0.2 : 0, host }));
  const even = { byCommit: [0, ...new Array<number>(8).fill(1 / 8)], step: 2, stepSd: 0.5 };
  const search = { commits: 9, runs, untestable: [], prior: new Array<number>(9).fill(1), minEffect: 1.02 };

  it('is weighed against its build: a built commit beside the middle wins where builds are dear, and not where they are cheap', () => {
    const choose = (buildMs: number): number =>
      nextCommit({ ...search, cost: { runMs: 1_000, buildMs } }, even, { ...alone, built: [0, 3, 8] }).commit;
    expect(choose(0)).toBe(4);
    expect(choose(10)).toBe(4);
    expect(choose(60_000)).toBe(3);
  });

  it('makes the middles of both halves worth a build ahead, unless one as good is built', () => {
    const dear = { ...search, cost: { runMs: 1_000, buildMs: 60_000 } };
    expect(commitsToPrebuild(dear, even, { built: [0, 4, 8] }, true)).toEqual([2, 6]);
    expect(commitsToPrebuild(dear, even, { built: [0, 3, 8] }, true)).toEqual([6]);
    expect(commitsToPrebuild(dear, even, { built: [0, 8] }, false)).toEqual([4]);
  });
});
