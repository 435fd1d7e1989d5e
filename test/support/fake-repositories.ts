/** Simulated repositories for workflow tests: each is one endpoint, every measurement is a number with noise. */
import { ApplicationFailure, sleep } from '@temporalio/activity';
import type { BisectActivities, CommitMeasurement } from '../../activities/bisect-contract.js';
import { createRandom, gaussian } from '../../bench/bisect/noise.js';
import type { SkipReason } from '../../core/model/bisect.js';

export interface FakeRepository {
  commits: number;
  /** Index → how many times slower it made the service. */
  slowAt: Record<number, number>;
  broken: Record<number, SkipReason>;
  /** Index of a merge → its side. Its commits are called 100 · merge + 1, 2…; 0 is where it left the line. */
  merges: Record<number, { commits: number; slowAt: Record<number, number> }>;
  measureMs: number;
  isOverBudget: boolean;
  refusal: string | null;
  /** Every measurement fails with this. */
  failing: string | null;
}

const plain: FakeRepository = {
  commits: 33,
  slowAt: {},
  broken: {},
  merges: {},
  measureMs: 0,
  isOverBudget: false,
  refusal: null,
  failing: null,
};
const only = 'bench-1';
const healthyMs = 100;
/** Of the logarithm from run to run: 4 %. */
const deviation = 0.04;

export function idOf(index: number): string {
  return index.toString().padStart(8, '0').padEnd(40, 'c');
}

const load = {
  executor: 'constant-arrival-rate' as const,
  vus: 5,
  rate: 50,
  durationMs: 10_000,
  rampUpMs: 0,
  warmUpMs: 0,
  maxVus: 100,
  script: null,
  stopAtErrorRatio: null,
};

export interface FakeRepositories {
  activities: BisectActivities;
  add: (repository: Partial<FakeRepository>, endpoint?: string) => string;
  measured: (endpoint: string) => number;
  measurements: (endpoint: string) => CommitMeasurement[];
  cleaned: (endpoint: string) => boolean;
  indexOf: (commit: string) => number;
}

export function createFakeRepositories(): FakeRepositories {
  const repositories = new Map<string, FakeRepository>();
  const measurements = new Map<string, CommitMeasurement[]>();
  const cleaned = new Set<string>();
  const random = createRandom(11);
  const of = (endpoint: string): FakeRepository => repositories.get(endpoint) ?? plain;
  const indexOf = (commit: string): number => Number(commit.slice(0, 8));

  const levelOf = (repository: FakeRepository, index: number): number => {
    const merge = Math.floor(index / 100);
    const side = repository.merges[merge];
    const [slowAt, at] = side === undefined || index < 100 ? [repository.slowAt, index] : [side.slowAt, index % 100];
    return Object.entries(slowAt).reduce((level, [from, times]) => (at >= Number(from) ? level * times : level), healthyMs);
  };

  const measure = (repository: FakeRepository, commit: string): CommitMeasurement => {
    const reason = repository.broken[indexOf(commit)];
    const host = only;
    if (reason !== undefined) return { ok: false, commit, host, reason, buildMs: 1, runMs: 1, detail: reason };
    const p95Ms = levelOf(repository, indexOf(commit)) * Math.exp(deviation * gaussian(random));
    const figures = { p50Ms: p95Ms / 2, p95Ms, p99Ms: p95Ms, meanMs: p95Ms / 2, requestRate: 50, failedRatio: 0, requests: 500 };
    const withinBudget = !repository.isOverBudget;
    return { ok: true, commit, host, logMetric: Math.log(p95Ms), figures, withinBudget, buildMs: null, runMs: 1, detail: 'p95' };
  };

  const activities: BisectActivities = {
    planBisect: ({ endpoint }) => {
      const { commits, refusal } = of(endpoint);
      if (refusal !== null) return Promise.resolve({ ok: false, reason: refusal });
      const ids = Array.from({ length: commits }, (_, index) => idOf(index));
      return Promise.resolve({ ok: true, plan: { commits: ids, prior: ids.map(() => 1), load, hasBuild: false, hosts: [only] } });
    },
    expandMerge: ({ endpoint, commit }) => {
      const merge = indexOf(commit);
      const side = of(endpoint).merges[merge];
      if (side === undefined) return Promise.resolve(null);
      const ids = Array.from({ length: side.commits + 1 }, (_, index) => idOf(100 * merge + index));
      return Promise.resolve({ commits: ids, prior: ids.map(() => 1) });
    },
    measureCommit: async ({ endpoint, commit }) => {
      const repository = of(endpoint);
      if (repository.failing !== null) throw ApplicationFailure.nonRetryable(repository.failing);
      await sleep(repository.measureMs);
      const measurement = measure(repository, commit);
      measurements.set(endpoint, [...(measurements.get(endpoint) ?? []), measurement]);
      return { measurement, hosts: [only] };
    },
    buildCommit: ({ commit }) => Promise.resolve({ commit, host: only, ok: true, buildMs: 1, detail: '' }),
    describeCommit: ({ commit }) => {
      const index = indexOf(commit);
      const files = [`file-${index}.js`];
      return Promise.resolve({
        commit,
        subject: `commit ${index}`,
        author: 'Ada',
        date: '2026-11-24T00:00:00Z',
        parents: [],
        tree: '',
        files,
      });
    },
    subjectsOf: ({ commits }) => Promise.resolve(commits.map((commit) => `commit ${indexOf(commit)}`)),
    compareProfiles: () => Promise.resolve({ summary: 'price grew', artifacts: [] }),
    cleanUpBisect: ({ endpoint }) => {
      cleaned.add(endpoint);
      return Promise.resolve();
    },
    writeBisectReport: () => Promise.resolve([]),
  };
  return {
    activities,
    add: (repository, endpoint = `shop/endpoint-${repositories.size}`) => {
      repositories.set(endpoint, { ...plain, ...repository });
      return endpoint;
    },
    measured: (endpoint) => measurements.get(endpoint)?.length ?? 0,
    measurements: (endpoint) => measurements.get(endpoint) ?? [],
    cleaned: (endpoint) => cleaned.has(endpoint),
    indexOf,
  };
}
