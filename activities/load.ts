import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Context } from '@temporalio/activity';
import { withHealthyRun } from '../core/load/compare/compare-baseline.js';
import { compareRuns } from '../core/load/compare/compare-runs.js';
import { judgeByPlan } from '../core/load/stages/judge-stages.js';
import type { ArtifactRef } from '../core/model/artifact.js';
import type { HeldLoad, IncidentActivities, LoadRequest, LoadStarted, StoreLoadRequest } from './contract.js';
import type { ActivityDependencies, FinishedLoad, LoadOrder, LoadProgress } from './dependencies.js';
import { startFence } from './fence.js';
import { createTimeLimit } from './load-time-limit.js';
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

/** Three tries within a few seconds: without the start message nothing is captured, and a load without captures is wasted. */
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

/** Folder of this run, the same in every try, so that what an earlier try left there is found. */
function folderOfRun(): string {
  const { activityId, workflowExecution } = Context.current().info;
  return `${workflowExecution?.workflowId ?? 'local'}-${workflowExecution?.runId ?? ''}-${activityId}`;
}

/** Runs k6. Stops it when the activity is cancelled, when the server does not hear of it, when the workflow could not be told, or when it does not end. */
async function runToItsEnd(
  deps: ActivityDependencies,
  request: LoadRequest,
  workDir: string,
  { signal, show, shown }: Beating,
): Promise<FinishedLoad> {
  const { endpoint, plan, budgets, key } = request;
  const { attempt, taskToken } = Context.current().info;
  const untold = new AbortController();
  const announcements: Promise<void>[] = [];
  // A user's own script decides how long it runs.
  const window = { lengthMs: plan.rampUpMs + plan.warmUpMs + plan.durationMs };
  const onStarted: LoadOrder['onStarted'] = ({ startedAt, measuredInMs, durationMs }) => {
    window.lengthMs = measuredInMs + durationMs;
    if (!request.announce) return;
    const announced = announce(deps, { key, attempt, startedAt, measuredInMs, durationMs, host: deps.host }, signal);
    announced.catch((error: unknown) => untold.abort(error));
    announcements.push(announced);
  };
  const limit = createTimeLimit(plan);
  const fence = startFence(() => deps.acknowledgeHeartbeat(taskToken, shown()));
  const ours = AbortSignal.any([untold.signal, limit.signal, fence.signal]);
  try {
    const finished = await deps
      .runLoad({
        ...{
          endpoint,
          holder: Context.current().info.workflowExecution?.workflowId ?? 'a test',
          request: deps.catalog.request(endpoint),
          plan,
          budgets,
          workDir,
        },
        signal: AbortSignal.any([signal, ours]),
        onWaiting: (inFront) => show(describeWaiting(inFront)),
        onTurn: limit.begin,
        onStarted,
        onProgress: (progress) => show(describeProgress(progress, window.lengthMs)),
      })
      .catch((error: unknown) => {
        ours.throwIfAborted();
        throw error;
      });
    await Promise.all(announcements);
    return finished;
  } finally {
    limit.end();
    fence.end();
  }
}

const finishedFile = 'finished.json';

/** What an earlier try noted in the folder of its run; null when it noted nothing, or was killed while it wrote. */
async function recall<T>(workDir: string, name: string): Promise<T | null> {
  const text = await readFile(join(workDir, name), 'utf8').catch(() => null);
  try {
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

async function holdLoad(deps: ActivityDependencies, request: LoadRequest, beating: Beating): Promise<HeldLoad> {
  const folder = folderOfRun();
  const workDir = deps.workDirectory(folder);
  // If a worker died after the load and before anybody heard of it, the load must not be held a second time.
  const recalled = await recall<FinishedLoad>(workDir, finishedFile);
  const finished = recalled ?? (await runToItsEnd(deps, request, workDir, beating));
  // A full disk only costs this note: the numbers go into the history.
  if (recalled === null) await writeFile(join(workDir, finishedFile), JSON.stringify(finished)).catch(() => undefined);
  const { result: load, startedAt, measuredFrom, endedAt, artifacts } = finished;
  const files = artifacts.map(({ name, kind }) => ({ name, kind }));
  return {
    confirmation: judgeByPlan(load, request),
    ...{ load, startedAt, measuredFrom, endedAt },
    kept: files.length === 0 ? null : { host: deps.host, folder, files },
  };
}

const storedFile = 'stored.json';

/** A try after a worker died may find nothing left to store, but knows what was stored. */
async function storeLoad(deps: ActivityDependencies, { folder, files, artifactPrefix }: StoreLoadRequest): Promise<ArtifactRef[]> {
  const workDir = deps.workDirectory(folder);
  const recalled = await recall<ArtifactRef[]>(workDir, storedFile);
  if (recalled !== null) return recalled;
  const stored = await Promise.all(
    files.map(({ name, kind }) => deps.artifacts.putFile(`${artifactPrefix}${name}`, kind, join(workDir, basename(name)))),
  );
  await writeFile(join(workDir, storedFile), JSON.stringify(stored));
  for (const { name } of files) await rm(join(workDir, basename(name)), { force: true });
  return stored;
}

export function createLoadActivities(
  deps: ActivityDependencies,
): Pick<IncidentActivities, 'runLoad' | 'storeLoad' | 'compareRuns' | 'keepHealthyRun'> {
  return {
    runLoad: (request) => withHeartbeat((beating) => holdLoad(deps, request, beating)),
    storeLoad: (request) => storeLoad(deps, request),
    compareRuns: async ({ endpoint, plan, ...runs }) => compareRuns({ ...runs, healthy: await deps.healthyRuns.recall(endpoint, plan) }),
    keepHealthyRun: async ({ endpoint, plan, run }) => {
      const known = await deps.healthyRuns.recall(endpoint, plan);
      const runs = withHealthyRun(known, run);
      if (runs !== known) await deps.healthyRuns.replace(endpoint, plan, runs);
      return { kept: runs.some(({ startedAt }) => startedAt === run.startedAt) };
    },
  };
}
