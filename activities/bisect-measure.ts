import type { RunningService } from '../adapters/git/commit-service.js';
import { ProgramFailedError } from '../core/model/errors.js';
import type { RunFigures } from '../core/model/rerun.js';
import type { BisectMetric } from '../core/model/bisect.js';
import { budgetsBrokenBy } from '../core/load/judge/within-budget.js';
import type { LoadPlan, LoadResult } from '../core/model/load-result.js';
import type { CommitBuild, CommitMeasurement, CommitRequest } from './bisect-contract.js';
import type { BisectDependencies, BisectTarget } from './bisect-dependencies.js';
import { createTimeLimit } from './load-time-limit.js';
import { describeWaiting, type Beating } from './heartbeat.js';

/** A generator near its own limit measures itself, so the run is repeated instead of used. */
const busyGenerator = 0.9;
/** A commit that answers with errors is fast for the wrong reason. It is skipped, unless errors are what is searched for. */
const tolerableErrors = 0.05;

interface MeasureOrder extends CommitRequest {
  load: LoadPlan;
  metric: BisectMetric;
}

type Skipped = Extract<CommitMeasurement, { ok: false }>;

/** One run of one commit, from worktree to stopped service. */
export async function measureOnce(
  deps: BisectDependencies,
  target: BisectTarget,
  order: MeasureOrder,
  beating: Beating,
  runKey: string,
): Promise<CommitMeasurement> {
  const commit = order.commit.slice(0, 12);
  beating.show({ state: 'build', commit });
  const place = await deps.worktrees(target.repository, order.bisectId).prepare(order.commit, target.commands, beating.signal, 'normal');
  const builtAt = performance.now();
  const common = (): Pick<CommitMeasurement, 'commit' | 'host' | 'buildMs' | 'runMs'> => ({
    commit: order.commit,
    host: deps.host,
    buildMs: place.buildMs,
    runMs: performance.now() - builtAt,
  });
  const skip = (reason: Skipped['reason'], detail: string): Skipped => ({ ok: false, ...common(), reason, detail });
  if (!place.ok) return skip('build-failed', place.detail);
  const where = { worktree: place.worktree, logFile: place.logFile, signal: beating.signal };
  await reset(deps, target, order, where, beating);
  beating.show({ state: 'start', commit });
  const started = await deps.startService(target.commands, where);
  if (!started.ok) return skip(started.reason, started.detail);
  try {
    // A database that cannot tell its time is asked before the load, not after it.
    if (order.metric === 'db-time') await deps.databaseMs(order.endpoint, beating.signal);
    const run = await loadService(deps, target, order, started.service, beating, runKey);
    const { failedRatio, requests, latencyMs } = run.result;
    if (order.metric !== 'error-ratio' && failedRatio > tolerableErrors)
      return skip('errors', `${(failedRatio * 100).toFixed(1)} % of the requests failed`);
    if (order.metric !== 'error-ratio' && (requests === 0 || latencyMs.p95 === null))
      return skip('errors', 'no request was answered as expected');
    return { ok: true, ...measured(order, target, run), ...common() };
  } finally {
    await started.service.stop();
  }
}

async function reset(
  deps: BisectDependencies,
  { commands }: BisectTarget,
  order: MeasureOrder,
  where: { worktree: string; logFile: string; signal: AbortSignal },
  beating: Beating,
): Promise<void> {
  if (commands.reset === null) return;
  beating.show({ state: 'reset', commit: order.commit.slice(0, 12) });
  const { ok, detail } = await deps.runCommand(commands.reset, commands, { ...where, port: 0, timeoutMs: commands.buildTimeoutMs });
  if (ok) return;
  const message = `reset before the measurement failed: ${detail}`;
  throw new ProgramFailedError({ program: 'reset', exitCode: null, message, retryable: true });
}

/** Builds while another commit is measured on this machine, with the CPU that is left over. */
export async function buildAhead(
  deps: BisectDependencies,
  target: BisectTarget,
  { bisectId, commit }: CommitRequest,
  beating: Beating,
): Promise<CommitBuild> {
  beating.show({ state: 'build ahead', commit: commit.slice(0, 12) });
  const place = await deps.worktrees(target.repository, bisectId).prepare(commit, target.commands, beating.signal, 'idle');
  return { commit, host: deps.host, ok: place.ok, buildMs: place.buildMs, detail: place.detail };
}

interface LoadedRun {
  result: LoadResult;
  cpuPerRequestMs: number | null;
  databasePerRequestMs: number | null;
}

export async function loadService(
  deps: BisectDependencies,
  target: BisectTarget,
  order: MeasureOrder,
  service: RunningService,
  beating: Beating,
  runKey: string,
): Promise<LoadedRun> {
  const url = new URL(target.request.url);
  url.protocol = 'http:';
  url.hostname = '127.0.0.1';
  url.port = String(service.port);
  const workDir = deps.workDirectory(order.bisectId, runKey);
  const spent = spentSince(deps, order, service, beating.signal);
  const limit = createTimeLimit(order.load);
  try {
    const { result } = await deps.runLoad({
      endpoint: order.endpoint,
      holder: order.bisectId,
      request: { ...target.request, url: url.href },
      plan: order.load,
      budgets: target.budgets,
      workDir,
      signal: AbortSignal.any([beating.signal, limit.signal]),
      onTurn: limit.begin,
      onWaiting: (inFront) => beating.show({ ...describeWaiting(inFront), commit: order.commit.slice(0, 12) }),
      onStarted: ({ measuredInMs }) => spent.beginIn(measuredInMs),
      onProgress: ({ rps, p95Ms }) =>
        beating.show({
          state: 'load',
          commit: order.commit.slice(0, 12),
          rate: `${rps.toFixed(1)} rps`,
          p95: p95Ms === null ? 'not yet' : `${p95Ms.toFixed(1)} ms`,
        }),
    });
    if ((result.generator?.cpuRatio ?? 0) > busyGenerator) throw failedRun('the load generator was busy itself; the run is repeated');
    return { result, ...(await spent.perRequest(result)) };
  } finally {
    limit.end();
    spent.stop();
    await deps.discardWorkDirectory(workDir);
  }
}

type Spent = Pick<LoadedRun, 'cpuPerRequestMs' | 'databasePerRequestMs'>;

/** What had been spent at one moment, in milliseconds. */
interface Look {
  at: number;
  cpuMs: number | null;
  databaseMs: number | null;
}

/** CPU and database time from the beginning of the judged part, when requests begin to count, until now. */
function spentSince(
  deps: BisectDependencies,
  order: MeasureOrder,
  service: RunningService,
  signal: AbortSignal,
): { beginIn: (ms: number) => void; perRequest: (result: LoadResult) => Promise<Spent>; stop: () => void } {
  const look = async (): Promise<Look> => {
    const cpuMs = await deps.cpuMs(service.pid);
    const databaseMs = order.metric === 'db-time' ? await deps.databaseMs(order.endpoint, signal) : null;
    return { at: performance.now(), cpuMs, databaseMs };
  };
  let before: Promise<Look> | null = null;
  let timer: NodeJS.Timeout | undefined;
  return {
    beginIn: (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        before = look();
        before.catch(() => undefined);
      }, ms);
    },
    perRequest: async ({ requests, durationMs }) => {
      const [after, begin] = [await look(), await before];
      // On a busy machine the first look may come late. Only the requests after it were paid for by what is counted.
      const seen = begin === null ? 0 : requests * (durationMs === null ? 1 : Math.min(1, (after.at - begin.at) / durationMs));
      const per = (from: number | null | undefined, to: number | null): number | null =>
        from == null || to === null || seen < 1 ? null : (to - from) / seen;
      return { cpuPerRequestMs: per(begin?.cpuMs, after.cpuMs), databasePerRequestMs: per(begin?.databaseMs, after.databaseMs) };
    },
    stop: () => clearTimeout(timer),
  };
}

function failedRun(message: string): ProgramFailedError {
  return new ProgramFailedError({ program: 'k6', exitCode: null, message, retryable: true });
}

function measured(
  order: MeasureOrder,
  target: BisectTarget,
  run: LoadedRun,
): Pick<Extract<CommitMeasurement, { ok: true }>, 'logMetric' | 'figures' | 'withinBudget' | 'detail'> {
  const { result } = run;
  const value = metricOf(order.metric, run);
  if (value === null)
    throw failedRun(
      `the run of ${result.requests} requests gave no ${order.metric}: it was over before this machine saw it begin, or nothing was counted`,
    );
  const { latencyMs, requestRate, failedRatio, requests } = result;
  const figures: RunFigures = {
    p50Ms: latencyMs.p50,
    p95Ms: latencyMs.p95,
    p99Ms: latencyMs.p99,
    meanMs: latencyMs.mean,
    requestRate,
    failedRatio,
    requests,
  };
  // The load of a measurement has a rate of its own, so the budget for the rate says nothing about it.
  const withinBudget = budgetsBrokenBy(result, { ...target.budgets, minRequestRate: undefined }).length === 0;
  return { logMetric: Math.log(value), figures, withinBudget, detail: `${order.metric} ${value.toPrecision(4)}` };
}

/** Logarithms need values above zero, so an error ratio is at least one in a thousand. */
function metricOf(metric: BisectMetric, run: LoadedRun): number | null {
  const positive = (value: number | null): number | null => (value === null || value <= 0 ? null : value);
  switch (metric) {
    case 'p95':
      return positive(run.result.latencyMs.p95);
    case 'p50':
      return positive(run.result.latencyMs.p50);
    case 'error-ratio':
      return run.result.failedRatio + 0.001;
    case 'cpu':
      return positive(run.cpuPerRequestMs);
    case 'db-time':
      return positive(run.databasePerRequestMs);
  }
}
