import { createAuditLog } from '../../../adapters/artifacts/audit-log.js';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifactStore } from '../../../adapters/artifacts/artifact-store.js';
import { createHealthyRunStore } from '../../../adapters/git/healthy-runs.js';
import { remedies } from '../../../adapters/remedies/registry.js';
import type { ActivityDependencies, FinishedLoad, LoadOrder, RemedyAction } from '../../../activities/dependencies.js';
import { judgement } from '../../../core/diagnosis/judgement.js';
import type { LoadRequest, LoadStarted } from '../../../activities/contract.js';
import type { CapturedProfile } from '../../../worker/captures/take-profile.js';
import type { LoadResult } from '../../../core/model/load-result.js';

/** The registered remedies, with what they do replaced: by name, and else nothing that a test expects. */
export function remediesDoing(apply: Record<string, RemedyAction['apply']>): RemedyAction[] {
  return remedies.map((member) => ({ ...member, apply: apply[member.kind] ?? notHere }));
}

const notHere = (): never => {
  throw new Error('this test does not expect that');
};

const slowWindow = (index: number) => ({
  startMs: index * 5_000,
  durationMs: 5_000,
  requests: 250,
  p50Ms: 500,
  p95Ms: 812,
  meanMs: 500,
  failedRatio: 0,
});

export const slowResult: LoadResult = {
  format: 'handle-summary',
  k6Version: '1.1.0',
  exitCode: 99,
  durationMs: 30_000,
  requests: 1_500,
  requestRate: 50,
  iterations: 1_500,
  failedRatio: 0,
  droppedIterations: 0,
  latencyMs: { p50: 500, p95: 812, p99: 900, mean: 500, max: 950 },
  timingMs: null,
  thresholds: [{ metric: 'http_req_duration', expression: 'p(95)<250', ok: false, observed: 812 }],
  subWindows: [0, 1, 2, 3, 4, 5].map(slowWindow),
  generator: { cpuRatio: 0.1, peakRssBytes: 1, hostLoadAverage: 0.5, droppedRatio: 0 },
  errors: {},
};

export const loadRequest: LoadRequest = {
  key: 'confirm',
  artifactPrefix: '',
  announce: true,
  endpoint: 'shop/orders',
  plan: {
    executor: 'constant-arrival-rate',
    vus: 50,
    rate: 50,
    durationMs: 30_000,
    rampUpMs: 0,
    warmUpMs: 5_000,
    maxVus: 100,
    script: null,
    stopAtErrorRatio: null,
  },
  budgets: { p95Ms: 250 },
  symptom: null,
};

export function finishedLoad(result: LoadResult): FinishedLoad {
  const times = { startedAt: '2026-11-24T10:00:00.000Z', measuredFrom: '2026-11-24T10:00:05.000Z', endedAt: '2026-11-24T10:00:35.000Z' };
  return { result, ...times, artifacts: [] };
}

/** k6 that starts at once, tells one number and ends with `result`. */
export function k6Ending(result: LoadResult): ActivityDependencies['runLoad'] {
  return ({ onTurn, onStarted, onProgress }: LoadOrder) => {
    onTurn();
    onStarted({ startedAt: '2026-11-24T10:00:00.000Z', measuredInMs: 5_000, durationMs: 30_000 });
    onProgress({ elapsedMs: 17_500, vus: 50, rps: 49.96, p95Ms: 812.4, failedRatio: 0.001 });
    return Promise.resolve(finishedLoad(result));
  };
}

export const smallProfile: Pick<CapturedProfile, 'summary' | 'flame'> = {
  summary: {
    format: 'cpuprofile',
    kind: 'cpu',
    unit: 'microseconds',
    total: 100,
    samples: 100,
    idleShare: 0.1,
    durationMs: 10_000,
    quality: { verdict: 'good', checks: [] },
    leaves: [
      {
        frame: 'fib',
        module: 'shop.js',
        line: 1,
        self: 61,
        selfShare: 0.61,
        ci: [0.5, 0.7],
        category: 'application',
        stack: ['fib'],
        applicationFrame: null,
      },
    ],
    categories: [],
    leaders: ['fib'],
  },
  flame: { frame: 'root', module: '', category: 'unknown', self: 0, total: 100, children: [] },
};

export interface FakeDependencies extends ActivityDependencies {
  announced: LoadStarted[];
  directory: string;
}

/** Dependencies that refuse everything a test did not ask for; the artifact store is the real one, in a folder of its own. */
export async function fakeDependencies(change: Partial<ActivityDependencies> = {}): Promise<FakeDependencies> {
  const directory = await mkdtemp(join(process.env['TEST_RUN_FOLDER'] ?? tmpdir(), 'activities-'));
  const announced: LoadStarted[] = [];
  const catalog: ActivityDependencies['catalog'] = {
    resolveTarget: notHere,
    request: () => ({ method: 'GET', url: 'http://127.0.0.1:1/', headers: {}, body: null }),
    databases: () => ({
      databases: [{ name: 'main', kind: 'postgres', url: 'postgres://u:s3cret@127.0.0.1/x', mayBeSuperuser: true }],
      missing: [],
    }),
    notifiers: () => [{ kind: 'webhook', settings: { url: 'http://127.0.0.1:1/?token=s3cret' } }],
    remedies: () => ['create-index'],
    approval: () => 'any',
    changeRefusal: () => null,
    hasRepository: () => false,
    source: () => null,
    route: () => 'GET /orders',
  };
  return {
    audited: createAuditLog(directory, 'bench').audited,
    artifacts: createArtifactStore({ directory }),
    catalog,
    healthyRuns: createHealthyRunStore(join(directory, 'healthy-runs')),
    runLoad: notHere,
    captures: [],
    judgement,
    remedies: remediesDoing({}),
    proposeRunbooks: () => Promise.resolve([]),
    render: { markdown: () => '# report', json: () => '{}', html: () => '<p>' },
    notify: notHere,
    reportUrl: () => null,
    workDirectory: (key) => join(directory, key),
    discardWorkDirectory: () => Promise.resolve(),
    host: 'bench',
    lookAtBisect: notHere,
    acknowledgeHeartbeat: () => Promise.resolve('heard'),
    announceLoadStarted: (_workflow, started) => {
      announced.push(started);
      return Promise.resolve();
    },
    ...change,
    announced,
    directory,
  };
}
