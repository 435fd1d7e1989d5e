/** Simulated repositories for workflow tests: each is one endpoint, every measurement is a number with noise. */
import { createHash } from 'node:crypto';
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
  /** Machine → how many times slower it is. Each has a worker of its own. */
  hosts: Record<string, number>;
  /** Machines on which no measurement succeeds. */
  failingHosts: string[];
  /** What a build is said to take; 0 = nothing to build. */
  buildMs: number;
  /** Nobody can tell who wrote a commit. */
  isNameless: boolean;
  /** So many times cleaning up fails before it succeeds. */
  cleanUpFailures: number;
}

/** The machine of the worker that serves the shared queue. */
const only = 'bench-1';

const plain: FakeRepository = {
  commits: 33,
  slowAt: {},
  broken: {},
  merges: {},
  measureMs: 0,
  isOverBudget: false,
  refusal: null,
  failing: null,
  hosts: { [only]: 1 },
  failingHosts: [],
  buildMs: 0,
  isNameless: false,
  cleanUpFailures: 0,
};
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
  /** The activities as a worker of that machine has them. */
  activitiesOn: (host: string) => BisectActivities;
  add: (repository: Partial<FakeRepository>, endpoint?: string) => string;
  measured: (endpoint: string) => number;
  measurements: (endpoint: string) => CommitMeasurement[];
  /** Commits that were built ahead, with the machine. */
  builtAhead: (endpoint: string) => string[];
  /** How many measurements went on at the same time at most. */
  mostAtOnce: (endpoint: string) => number;
  /** Machines that were told to remove their worktrees. */
  cleanedHosts: (endpoint: string) => string[];
  cleaned: (endpoint: string) => boolean;
  /** Outcomes of the ends that people were told of. */
  told: (endpoint: string) => string[];
  indexOf: (commit: string) => number;
}

export function createFakeRepositories(): FakeRepositories {
  const repositories = new Map<string, FakeRepository>();
  const measurements = new Map<string, CommitMeasurement[]>();
  const cleaned = new Map<string, string[]>();
  const told = new Map<string, string[]>();
  const ahead = new Map<string, string[]>();
  const built = new Set<string>();
  const atOnce = new Map<string, { now: number; most: number }>();
  const of = (endpoint: string): FakeRepository => repositories.get(endpoint) ?? plain;
  const indexOf = (commit: string): number => Number(commit.slice(0, 8));

  const levelOf = (repository: FakeRepository, index: number): number => {
    const merge = Math.floor(index / 100);
    const side = repository.merges[merge];
    const [slowAt, at] = side === undefined || index < 100 ? [repository.slowAt, index] : [side.slowAt, index % 100];
    return Object.entries(slowAt).reduce((level, [from, times]) => (at >= Number(from) ? level * times : level), healthyMs);
  };

  /** Null when it is built already. */
  const build = (endpoint: string, commit: string, host: string): number | null => {
    const key = `${endpoint} ${commit} ${host}`;
    const { buildMs } = of(endpoint);
    if (buildMs === 0 || built.has(key)) return null;
    built.add(key);
    return buildMs;
  };

  /** By what is measured for which time, not by the order in which machines happen to come: a test sees the same numbers each time. */
  const noiseOf = (endpoint: string, commit: string, host: string): number => {
    const before = (measurements.get(endpoint) ?? []).filter((each) => each.commit === commit && each.host === host).length;
    const seed = createHash('sha256').update(`${commit} ${host} ${before}`).digest().readUInt32BE();
    return Math.exp(deviation * gaussian(createRandom(seed)));
  };

  const measure = (endpoint: string, commit: string, host: string): CommitMeasurement => {
    const repository = of(endpoint);
    const reason = repository.broken[indexOf(commit)];
    const common = { commit, host, buildMs: build(endpoint, commit, host), runMs: 1_000 };
    if (reason !== undefined) return { ok: false, ...common, reason, detail: reason };
    const speed = repository.hosts[host] ?? 1;
    const p95Ms = speed * levelOf(repository, indexOf(commit)) * noiseOf(endpoint, commit, host);
    const figures = { p50Ms: p95Ms / 2, p95Ms, p99Ms: p95Ms, meanMs: p95Ms / 2, requestRate: 50, failedRatio: 0, requests: 500 };
    return { ok: true, ...common, logMetric: Math.log(p95Ms), figures, withinBudget: !repository.isOverBudget, detail: 'p95' };
  };

  const counting = async <T>(endpoint: string, work: () => Promise<T>): Promise<T> => {
    const count = atOnce.get(endpoint) ?? { now: 0, most: 0 };
    atOnce.set(endpoint, count);
    count.now += 1;
    count.most = Math.max(count.most, count.now);
    return await work().finally(() => (count.now -= 1));
  };

  const activitiesOn = (host: string): BisectActivities => ({
    planBisect: ({ endpoint }) => {
      const { commits, refusal, buildMs, hosts } = of(endpoint);
      if (refusal !== null) return Promise.resolve({ ok: false, reason: refusal });
      const ids = Array.from({ length: commits }, (_, index) => idOf(index));
      const plan = { commits: ids, prior: ids.map(() => 1), load, hasBuild: buildMs > 0, hosts: Object.keys(hosts) };
      return Promise.resolve({ ok: true, plan });
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
      if (repository.failingHosts.includes(host)) throw ApplicationFailure.nonRetryable('no such commit in the repository here');
      return await counting(endpoint, async () => {
        await sleep(repository.measureMs);
        const measurement = measure(endpoint, commit, host);
        measurements.set(endpoint, [...(measurements.get(endpoint) ?? []), measurement]);
        return { measurement, hosts: Object.keys(repository.hosts) };
      });
    },
    buildCommit: ({ endpoint, commit }) => {
      ahead.set(endpoint, [...(ahead.get(endpoint) ?? []), `${commit} ${host}`]);
      const ok = of(endpoint).broken[indexOf(commit)] !== 'build-failed';
      return Promise.resolve({ commit, host, ok, buildMs: build(endpoint, commit, host), detail: '' });
    },
    describeCommit: ({ endpoint, commit }) => {
      if (of(endpoint).isNameless) throw ApplicationFailure.nonRetryable('git show failed');
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
    compareProfiles: () => Promise.resolve({ growth: { beforeMs: 1, afterMs: 2, functions: [] }, summary: 'price grew', runs: 2 }),
    cleanUpBisect: ({ endpoint }) => {
      const repository = of(endpoint);
      repository.cleanUpFailures -= 1;
      if (repository.cleanUpFailures >= 0) throw new Error('a file is busy');
      cleaned.set(endpoint, [...(cleaned.get(endpoint) ?? []), host]);
      return Promise.resolve();
    },
    writeBisectReport: () => Promise.resolve([]),
    notifyBisectEnd: ({ endpoint, answer }) => {
      told.set(endpoint, [...(told.get(endpoint) ?? []), answer.outcome]);
      return Promise.resolve();
    },
  });
  return {
    activitiesOn,
    add: (repository, endpoint = `shop/endpoint-${repositories.size}`) => {
      repositories.set(endpoint, { ...plain, ...repository });
      return endpoint;
    },
    measured: (endpoint) => measurements.get(endpoint)?.length ?? 0,
    measurements: (endpoint) => measurements.get(endpoint) ?? [],
    builtAhead: (endpoint) => ahead.get(endpoint) ?? [],
    mostAtOnce: (endpoint) => atOnce.get(endpoint)?.most ?? 0,
    cleanedHosts: (endpoint) => cleaned.get(endpoint) ?? [],
    cleaned: (endpoint) => cleaned.has(endpoint),
    told: (endpoint) => told.get(endpoint) ?? [],
    indexOf,
  };
}
