import { Context } from '@temporalio/activity';
import { withHealthyRun } from '../core/load/compare/compare-baseline.js';
import { compareRuns } from '../core/load/compare/compare-runs.js';
import { judgeLoad } from '../core/load/judge.js';
import type { IncidentActivities, LoadRequest, LoadRun, LoadStarted } from './contract.js';
import type { ActivityDependencies, FinishedLoad, LoadOrder, LoadProgress } from './dependencies.js';
import { describeWaiting, withHeartbeat, type Beating, type HeartbeatDetails } from './heartbeat.js';

function describeProgress({ elapsedMs, rps, p95Ms, failedRatio, vus }: LoadProgress, windowMs: number): HeartbeatDetails {
  return {
    state: 'load',
    progress: `${Math.min(100, Math.round((elapsedMs / windowMs) * 100))} % of ${Math.round(windowMs / 1000)} s`,
    rate: `${rps.toFixed(1)} rps`,
    p95: p95Ms === null ? 'not yet' : `${Math.round(p95Ms)} ms`,
    errors: `${(failedRatio * 100).toFixed(1)} %`,
    users: String(vus),
  };
}

/** Three tries within a few seconds: without the start message nothing is captured, and a load without captures is a load for nothing. */
async function announce(deps: ActivityDependencies, started: LoadStarted, signal: AbortSignal): Promise<void> {
  const { workflowExecution } = Context.current().info;
  if (workflowExecution === undefined) return;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await deps.announceLoadStarted(workflowExecution, started);
      return;
    } catch (error) {
      if (attempt === 3 || signal.aborted) throw error;
    }
  }
}

interface HeldLoad {
  finished: FinishedLoad;
  workDir: string;
}

async function holdLoad(deps: ActivityDependencies, request: LoadRequest, { signal, show }: Beating): Promise<HeldLoad> {
  const { endpoint, plan, budgets, run } = request;
  const { attempt, activityId, workflowExecution } = Context.current().info;
  const unheard = new AbortController();
  const announcements: Promise<void>[] = [];
  // A script of the user's own has a length of its own.
  const window = { lengthMs: plan.rampUpMs + plan.warmUpMs + plan.durationMs };
  const onStarted: LoadOrder['onStarted'] = ({ startedAt, measuredInMs, durationMs }) => {
    window.lengthMs = measuredInMs + durationMs;
    const started = { run, attempt, startedAt, measuredInMs, durationMs };
    const announced = announce(deps, started, signal);
    announced.catch((error: unknown) => unheard.abort(error));
    announcements.push(announced);
  };
  const workDir = deps.workDirectory(`${workflowExecution?.workflowId ?? 'local'}-${workflowExecution?.runId ?? ''}-${activityId}`);
  const finished = await deps
    .runLoad({
      request: deps.catalog.request(endpoint),
      plan,
      budgets,
      workDir,
      signal: AbortSignal.any([signal, unheard.signal]),
      onWaiting: (inFront) => show(describeWaiting(inFront)),
      onStarted,
      onProgress: (progress) => show(describeProgress(progress, window.lengthMs)),
    })
    .catch((error: unknown) => {
      unheard.signal.throwIfAborted();
      throw error;
    });
  await Promise.all(announcements);
  return { finished, workDir };
}

async function storeRun(deps: ActivityDependencies, request: LoadRequest, { finished, workDir }: HeldLoad): Promise<LoadRun> {
  const { plan, budgets, symptom, run, isOutageWindow = false } = request;
  const prefix = isOutageWindow ? 'outage-' : run === 0 ? '' : `rerun-${run}-`;
  const artifacts = await Promise.all(
    finished.artifacts.map(({ name, kind, path }) => deps.artifacts.putFile(`${prefix}${name}`, kind, path)),
  );
  await deps.discardWorkDirectory(workDir);
  const { result, startedAt, measuredFrom, endedAt } = finished;
  return { confirmation: judgeLoad(result, { budgets, plan, symptom }), load: result, startedAt, measuredFrom, endedAt, artifacts };
}

export function createLoadActivities(deps: ActivityDependencies): Pick<IncidentActivities, 'runLoad' | 'compareRuns' | 'keepHealthyRun'> {
  return {
    runLoad: (request) => withHeartbeat(async (beating) => storeRun(deps, request, await holdLoad(deps, request, beating))),
    compareRuns: async ({ endpoint, plan, ...runs }) => compareRuns({ ...runs, healthy: await deps.healthyRuns.recall(endpoint, plan) }),
    keepHealthyRun: async ({ endpoint, plan, run }) => {
      const known = await deps.healthyRuns.recall(endpoint, plan);
      const runs = withHealthyRun(known, run);
      if (runs !== known) await deps.healthyRuns.replace(endpoint, plan, runs);
      return { kept: runs.some(({ startedAt }) => startedAt === run.startedAt) };
    },
  };
}
