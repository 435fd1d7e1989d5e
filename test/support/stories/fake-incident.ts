/** Fake activities for workflow tests: each story is one endpoint, and says what the world would have answered. */
import { ApplicationFailure, Context, activityInfo, getClient, heartbeat, sleep } from '@temporalio/activity';
import type {
  BranchDecision,
  Capture,
  EvidenceSet,
  IncidentActivities,
  HeldLoad,
  LoadRequest,
  RemedyPlan,
  ResolvedTarget,
} from '../../../activities/contract.js';
import { withHealthyRun } from '../../../core/load/compare/compare-baseline.js';
import { compareRuns } from '../../../core/load/compare/compare-runs.js';
import type { HealthyRun } from '../../../core/model/comparison.js';
import type { Branch, Diagnosis } from '../../../core/model/diagnosis.js';
import type { Cause } from '../../../core/model/cause.js';
import type { Incident } from '../../../core/model/incident.js';
import type { TargetSummary } from '../../../core/model/target.js';
import type { ConfirmationVerdict } from '../../../core/model/load-result.js';

export interface Story {
  resolve: (endpoint: string) => ResolvedTarget;
  /** Verdict of the nth run. The last one repeats. */
  verdicts: ConfirmationVerdict[];
  branch: Branch;
  diagnosis: Pick<Diagnosis, 'outcome' | 'causes' | 'missingEvidence'>;
  /** Captures that fail, with the failure. */
  failing: Partial<
    Record<'captureProfile' | 'observeService' | 'observeDatabases' | 'scanQueries' | 'localize' | 'applyRemedy' | 'runLoad', Error>
  >;
  plan: RemedyPlan | null;
  /** How long the load holds; the captures are quicker. Infinity: until it is cancelled. */
  loadMs: number;
  /** Start messages of k6 before the one that ends, as after a crash. */
  restarts: number;
  /** Failed requests of the confirmation, which the guard then stops at once, and of the short look after it. */
  outage: { failedRatio: number; answeredAgain: boolean } | null;
  /** Called when a load begins. */
  onLoad: (request: LoadRequest) => void;
  /** Called when somebody is told of an event. */
  onNotify: (event: string) => Promise<void>;
}

export interface FakeWorld {
  activities: IncidentActivities;
  /** Adds a story and returns its endpoint. */
  tell: (story: Partial<Story>) => string;
  /** From now on the world answers differently. */
  change: (endpoint: string, change: Partial<Story>) => void;
  /** Names of the activities that ran for an endpoint, in order of their start. */
  calls: (endpoint: string) => string[];
  reports: (endpoint: string) => { incident: Incident; set: EvidenceSet | null }[];
  notified: (endpoint: string) => string[];
}

const windowMs = 10_000;

export const createIndexCause: Cause = {
  id: 'missing-index',
  component: 'database query',
  location: { relation: 'orders', columns: ['customer_id'] },
  share: 0.9,
  confidence: 0.9,
  summary: 'orders is read whole for one customer',
  evidence: ['plan-1'],
  remedy: {
    kind: 'create-index',
    statement: 'CREATE INDEX CONCURRENTLY ON orders (customer_id)',
    expected: 'most of it',
    basis: 'estimated',
  },
};

export function planExpiringAt(expiresAt: string): RemedyPlan {
  return {
    planId: 'a'.repeat(64),
    service: 'shop',
    causeId: 'missing-index',
    remedy: createIndexCause.remedy,
    database: 'main',
    undo: 'DROP INDEX CONCURRENTLY orders_customer_id_idx',
    expiresAt,
  };
}

export function targetOf(endpoint: string): TargetSummary {
  return {
    service: 'shop',
    endpoint,
    environment: 'development',
    method: 'GET',
    displayUrl: 'http://127.0.0.1:8080/orders',
    budgets: { p95Ms: 250 },
    databases: ['main'],
    remedies: ['create-index'],
    captureQueue: null,
    repositoryConfigured: false,
  };
}

export function resolveToShop(endpoint: string): ResolvedTarget {
  const plan = {
    executor: 'constant-vus' as const,
    vus: 5,
    rate: null,
    durationMs: windowMs,
    rampUpMs: 0,
    warmUpMs: 0,
    maxVus: null,
    script: null,
    stopAtErrorRatio: null,
  };
  return { ok: true, target: targetOf(endpoint), plan, symptom: { metric: 'p95', value: 900, text: 'p95 900ms' } };
}

const plainStory: Story = {
  resolve: resolveToShop,
  verdicts: ['confirmed'],
  branch: 'db-bound',
  diagnosis: { outcome: 'localized', causes: [createIndexCause], missingEvidence: [] },
  failing: {},
  plan: null,
  loadMs: 300,
  restarts: 0,
  outage: null,
  onLoad: () => undefined,
  onNotify: () => Promise.resolve(),
};

/** The machine on which the fakes run. */
export const fakeHost = 'fake-host';

function runOf({ key }: LoadRequest): number {
  return Number(/^rerun-(\d+)$/.exec(key)?.[1] ?? 0);
}

function isOutageLook({ key }: LoadRequest): boolean {
  return key === 'outage';
}

function loadRun(request: LoadRequest, verdict: ConfirmationVerdict): HeldLoad {
  const p95Ms = verdict === 'confirmed' ? 812 : 40;
  const endedAtMs = Date.now();
  const startedAt = new Date(endedAtMs - request.plan.durationMs).toISOString();
  const load: HeldLoad['load'] = {
    format: 'handle-summary',
    k6Version: '1.1.0',
    exitCode: verdict === 'confirmed' ? 99 : 0,
    durationMs: windowMs,
    requests: 500,
    requestRate: 50,
    iterations: 500,
    failedRatio: 0,
    droppedIterations: 0,
    latencyMs: { p50: p95Ms / 2, p95: p95Ms, p99: p95Ms, mean: p95Ms / 2, max: p95Ms },
    timingMs: null,
    thresholds: [],
    subWindows: [0, 1, 2, 3, 4, 5].map((index) => ({
      ...{ startMs: index * 1_000, durationMs: 1_000, requests: 80, failedRatio: 0 },
      ...{ p50Ms: p95Ms / 2, p95Ms, meanMs: p95Ms / 2 },
    })),
    generator: null,
    errors: {},
  };
  const observed = { p50Ms: p95Ms / 2, p95Ms, p99Ms: p95Ms, meanMs: p95Ms / 2, errorRatio: 0, requestRate: 50 };
  return {
    confirmation: {
      verdict,
      reasons: [`p95 ${p95Ms} ms`],
      observed,
      budget: request.budgets,
      requests: 500,
      requestRate: 50,
      broken: verdict === 'confirmed' ? ['p95'] : [],
    },
    load,
    startedAt,
    measuredFrom: startedAt,
    endedAt: new Date(endedAtMs).toISOString(),
    kept: { host: fakeHost, folder: request.key, files: [{ name: 'run.json', kind: 'load' }] },
  };
}

/** As `loadRun`, but nearly every request failed; the guard stopped the first one in the middle. */
function failedRun(request: LoadRequest, failedRatio: number): HeldLoad {
  const run = loadRun(request, 'confirmed');
  const startedAtMs = Date.parse(run.startedAt);
  const heldMs = isOutageLook(request) ? request.plan.durationMs : 0.4 * windowMs;
  return {
    ...run,
    load: { ...run.load, failedRatio, errors: { 'HTTP 500': Math.round(500 * failedRatio) } },
    endedAt: new Date(startedAtMs + heldMs).toISOString(),
    kept: { host: fakeHost, folder: request.key, files: [{ name: 'run.json', kind: 'load' }] },
  };
}

function artifact(name: string, kind: string) {
  return { name, path: `ab/${'0'.repeat(64)}-${name}`, kind, sizeBytes: 2, sha256: '0'.repeat(64) };
}

/** Holds the load like the real activity: says that it started, beats, and stops on cancellation. How long is looked up all the time: a test may end it. */
async function holdLoad(request: LoadRequest, story: Story, loadMs: () => number): Promise<HeldLoad> {
  const { workflowExecution, attempt } = activityInfo();
  const handle = getClient().workflow.getHandle(workflowExecution?.workflowId ?? '', workflowExecution?.runId);
  const startedAt = new Date().toISOString();
  story.onLoad(request);
  await handle.signal('loadStarted', {
    ...{ key: request.key, attempt, startedAt, measuredInMs: 0, durationMs: request.plan.durationMs, host: fakeHost },
  });
  const begunAt = Date.now();
  while (Date.now() - begunAt < (isOutageLook(request) ? 100 : loadMs())) {
    heartbeat({ rps: 50 });
    await sleep(50);
  }
  if (attempt <= story.restarts) throw ApplicationFailure.retryable('the worker went away', 'Crash');
  if (story.outage !== null && runOf(request) === 0) {
    return failedRun(request, isOutageLook(request) && story.outage.answeredAgain ? 0.1 : story.outage.failedRatio);
  }
  const verdict = story.verdicts[Math.min(runOf(request), story.verdicts.length - 1)] ?? 'confirmed';
  return loadRun(request, verdict);
}

export function createFakeWorld(): FakeWorld {
  const stories = new Map<string, Story>();
  const calls = new Map<string, string[]>();
  const reports = new Map<string, { incident: Incident; set: EvidenceSet | null }[]>();
  const notified = new Map<string, string[]>();
  const healthyRuns = new Map<string, HealthyRun[]>();
  const add = <T>(map: Map<string, T[]>, endpoint: string, value: T): void => void map.set(endpoint, [...(map.get(endpoint) ?? []), value]);
  const storyOf = (endpoint: string): Story => stories.get(endpoint) ?? plainStory;
  const enter = (endpoint: string, name: string): Story => {
    add(calls, endpoint, name);
    const story = storyOf(endpoint);
    const failure = Object.entries(story.failing).find(([failing]) => failing === name)?.[1];
    if (failure !== undefined) throw failure;
    return story;
  };
  const capture = async (endpoint: string, name: string): Promise<Capture> => {
    enter(endpoint, name);
    await Context.current().sleep(20);
    return { headline: `${name} done`, artifacts: [artifact(`${name}.json`, 'capture')], missing: [] };
  };
  const diagnosisOf = (set: EvidenceSet, { branch }: BranchDecision): Diagnosis => {
    const { diagnosis } = enter(set.endpoint, 'localize');
    return { ...diagnosis, branch, reasons: ['because'], accounting: [], ruledOut: [], evidence: [] };
  };
  const activities: IncidentActivities = {
    resolveTarget: async ({ endpoint }) => Promise.resolve(enter(endpoint, 'resolveTarget').resolve(endpoint)),
    runLoad: async (request) => holdLoad(request, enter(request.endpoint, `runLoad`), () => storyOf(request.endpoint).loadMs),
    storeLoad: ({ files, artifactPrefix }) => Promise.resolve(files.map(({ name, kind }) => artifact(`${artifactPrefix}${name}`, kind))),
    capture: (kind, { endpoint }) => capture(endpoint, kind),
    captureProfile: ({ endpoint }) => capture(endpoint, 'captureProfile'),
    observeService: ({ endpoint }) => capture(endpoint, 'observeService'),
    observeDatabases: ({ endpoint }) => capture(endpoint, 'observeDatabases'),
    decideBranch: async ({ endpoint }) => Promise.resolve({ branch: enter(endpoint, 'decideBranch').branch, reasons: [] }),
    scanQueries: async ({ endpoint }) => {
      enter(endpoint, 'scanQueries');
      return Promise.resolve({ headline: '1 plan', artifacts: [artifact('query-scan.json', 'database')], missing: [] });
    },
    localize: async (set, decision) => Promise.resolve(diagnosisOf(set, decision)),
    writeReport: async (incident, set) => {
      enter(incident.endpoint, 'writeReport');
      add(reports, incident.endpoint, { incident, set });
      return Promise.resolve([artifact('report.md', 'report')]);
    },
    compareRuns: async ({ endpoint, before, after, budgets }) => {
      enter(endpoint, `compareRuns ${before.length} ${after.length}`);
      return Promise.resolve(compareRuns({ before, after, budgets, healthy: healthyRuns.get(endpoint) ?? [] }));
    },
    keepHealthyRun: async ({ endpoint, run }) => {
      enter(endpoint, `keepHealthyRun ${run.source}`);
      healthyRuns.set(endpoint, withHealthyRun(healthyRuns.get(endpoint) ?? [], run));
      return Promise.resolve({ kept: true });
    },
    planRemedy: async (_incidentId, endpoint) => Promise.resolve(enter(endpoint, 'planRemedy').plan),
    applyRemedy: async (_incidentId, endpoint, plan) => {
      enter(endpoint, 'applyRemedy');
      return Promise.resolve({ planId: plan.planId, applied: true, detail: 'index created', tookMs: 5 });
    },
    takeBackRemedy: async (_incidentId, endpoint, plan) => {
      enter(endpoint, 'takeBackRemedy');
      return Promise.resolve({ planId: plan.planId, applied: true, detail: 'index dropped', tookMs: 5 });
    },
    notify: async (incident, event) => {
      add(notified, incident.endpoint, event);
      await storyOf(incident.endpoint).onNotify(event);
    },
    lookAtBisect: () => Promise.resolve({ state: 'searching' }),
    describeHandOff: async ({ endpoint }) => {
      enter(endpoint, 'describeHandOff');
      return Promise.resolve({ repositoryConfigured: false, facts: ['p95 was 812 ms'] });
    },
  };
  let count = 0;
  return {
    activities,
    tell: (story) => {
      count += 1;
      const endpoint = `shop/story-${count}`;
      stories.set(endpoint, { ...plainStory, ...story });
      return endpoint;
    },
    change: (endpoint, change) => void stories.set(endpoint, { ...storyOf(endpoint), ...change }),
    calls: (endpoint) => calls.get(endpoint) ?? [],
    reports: (endpoint) => reports.get(endpoint) ?? [],
    notified: (endpoint) => notified.get(endpoint) ?? [],
  };
}
