import { basename } from 'node:path';
import { Context } from '@temporalio/activity';
import { bisectLoad } from '../core/bisect/bisect-load.js';
import { commitWeight } from '../core/bisect/prior.js';
import { describeGrowth, profileGrowth, type ProfiledCommit } from '../core/bisect/profile-growth.js';
import { RefusedError, UnreadableInputError } from '../core/model/errors.js';
import { renderBisectReport } from '../report/bisect-report.js';
import { renderBisectNotification } from '../report/notification.js';
import type { BisectActivities, BisectPlan, BisectRequest } from './bisect-contract.js';
import type { BisectDependencies, BisectTarget } from './bisect-dependencies.js';
import type { Notification } from '../core/model/notification.js';
import { buildAhead, loadService, measureOnce } from './bisect-measure.js';
import { describeWaiting, withHeartbeat, type Beating } from './heartbeat.js';
import { untilGivenUp } from './limit-tries.js';
import { translating } from './translate-error.js';

/** The ids are in the workflow history. For a longer range, the user should name a later good commit. */
const mostCommits = 10_000;

/** The activities of `bisectRegression`. */
export function createBisectActivities(deps: BisectDependencies): BisectActivities {
  const targetOf = (endpoint: string): BisectTarget => {
    const target = deps.target(endpoint);
    if (target === null)
      throw new RefusedError(
        `no repository is configured for ${endpoint}: expected repository (path, start, health) of its service in the catalog`,
      );
    return target;
  };
  return {
    planBisect: translating(async (request) => await plan(deps, request)),
    expandMerge: translating(async ({ endpoint, commit, hints }) => await expandMerge(deps, targetOf(endpoint), commit, hints)),
    measureCommit: translating((order) =>
      withHeartbeat(async (beating) => {
        const measurement = await deps.oneAtATime(turnOf(beating, order.commit), () =>
          measureOnce(deps, targetOf(order.endpoint), order, beating, runKey(order.bisectId)),
        );
        return { measurement, hosts: await deps.measuringHosts() };
      }),
    ),
    buildCommit: translating((request) => withHeartbeat((beating) => buildAhead(deps, targetOf(request.endpoint), request, beating))),
    describeCommit: translating(({ endpoint, commit }) => deps.git.describeCommit(targetOf(endpoint).repository, commit)),
    subjectsOf: translating(({ endpoint, commits }) => deps.git.subjectsOf(targetOf(endpoint).repository, commits)),
    compareProfiles: translating((request) =>
      withHeartbeat((beating) =>
        deps.oneAtATime(turnOf(beating, request.culprit), () => compareProfiles(deps, targetOf(request.endpoint), request, beating)),
      ),
    ),
    cleanUpBisect: translating(async ({ bisectId, endpoint }) => {
      const target = deps.target(endpoint);
      if (target !== null) await deps.worktrees(target.repository, bisectId).removeAll();
    }, untilGivenUp),
    writeBisectReport: translating(async ({ answer }) =>
      Promise.all([
        deps.artifacts.put('bisect.md', 'report', renderBisectReport(answer)),
        deps.artifacts.put('bisect.json', 'report', JSON.stringify(answer, null, 2)),
      ]),
    ),
    notifyBisectEnd: translating((request) => notifyEnd(deps, request), untilGivenUp),
  };
}

async function notifyEnd(deps: BisectDependencies, { bisectId, endpoint, answer }: EndRequest): Promise<void> {
  const { info, cancellationSignal } = Context.current();
  const notification: Notification = {
    ...{ version: 1, event: 'bisect-ended', deliveryId: `${bisectId}-${info.activityId}`, incidentId: null, bisectId },
    ...{ service: endpoint.split('/')[0] ?? '', endpoint, outcome: answer.outcome },
    ...renderBisectNotification(endpoint, bisectId, answer),
    reportUrl: null,
  };
  await deps.notify(endpoint, notification, cancellationSignal);
}

type EndRequest = Parameters<BisectActivities['notifyBisectEnd']>[0];

function turnOf({ signal, show }: Beating, commit: string): { signal: AbortSignal; onWaiting: (inFront: number) => void } {
  return { signal, onWaiting: (inFront) => show({ ...describeWaiting(inFront), commit: commit.slice(0, 12) }) };
}

function runKey(bisectId: string): string {
  const { activityId, workflowExecution } = Context.current().info;
  return `${bisectId}-${workflowExecution?.runId ?? 'local'}-${activityId}`;
}

async function plan(
  deps: BisectDependencies,
  request: BisectRequest,
): Promise<{ ok: true; plan: BisectPlan } | { ok: false; reason: string }> {
  try {
    const target = deps.target(request.endpoint);
    if (target === null)
      return { ok: false, reason: 'no repository is configured for this service: set repository (path, start, health) in the catalog' };
    const { repository } = target;
    const bad = await deps.git.resolveCommit(repository, request.bad ?? 'HEAD');
    const goodName = request.good ?? target.good ?? (await deps.git.lastTagBefore(repository, bad));
    if (goodName === null)
      return {
        ok: false,
        reason: `no good commit is known: give --good, repository.good in the catalog, or tag releases of ${repository}`,
      };
    const commits = await deps.git.firstParentRange(repository, await deps.git.resolveCommit(repository, goodName), bad);
    if (commits.length > mostCommits)
      return {
        ok: false,
        reason: `${commits.length} commits lie between good and bad; expected at most ${mostCommits}: give a later good commit`,
      };
    return {
      ok: true,
      plan: {
        commits: commits.map((info) => info.commit),
        prior: commits.map((info) => commitWeight(info, request.hints)),
        load: bisectLoad(target.plan, target.budgets),
        hasBuild: target.commands.build !== null,
        hosts: await deps.measuringHosts(),
      },
    };
  } catch (error) {
    if (error instanceof UnreadableInputError || error instanceof RefusedError) return { ok: false, reason: error.message };
    throw error;
  }
}

/** The commits of the branch, with the point where it left the main line as their good end. */
async function expandMerge(
  deps: BisectDependencies,
  target: BisectTarget,
  commit: string,
  hints: BisectRequest['hints'],
): Promise<{ commits: string[]; prior: number[] } | null> {
  const merge = await deps.git.describeCommit(target.repository, commit);
  const side = await deps.git.mergedRange(target.repository, merge);
  const [first, second] = merge.parents;
  if (side === null || first === undefined || second === undefined) return null;
  const base = await deps.git.mergeBase(target.repository, first, second);
  return { commits: [base, ...side.map((info) => info.commit)], prior: [1, ...side.map((info) => commitWeight(info, hints))] };
}

type CompareRequest = Parameters<BisectActivities['compareProfiles']>[0];

async function compareProfiles(
  deps: BisectDependencies,
  target: BisectTarget,
  request: CompareRequest,
  beating: Beating,
): ReturnType<BisectActivities['compareProfiles']> {
  const before = await profileCommit(deps, target, request, request.parent, beating);
  const after = before === null ? null : await profileCommit(deps, target, request, request.culprit, beating);
  if (before === null || after === null) return null;
  const growth = profileGrowth(before, after);
  await deps.artifacts.put('bisect-profile-diff.json', 'profile', JSON.stringify(growth, null, 2));
  // One run of each.
  return { growth, summary: describeGrowth(growth), runs: 2 };
}

async function profileCommit(
  deps: BisectDependencies,
  target: BisectTarget,
  request: CompareRequest,
  commit: string,
  beating: Beating,
): Promise<ProfiledCommit | null> {
  const place = await deps.worktrees(target.repository, request.bisectId).prepare(commit, target.commands, beating.signal, 'normal');
  const started = place.ok
    ? await deps.startService(target.commands, { worktree: place.worktree, logFile: place.logFile, signal: beating.signal })
    : null;
  if (started?.ok !== true) return null;
  try {
    const order = { bisectId: request.bisectId, endpoint: request.endpoint, commit, load: request.load, metric: 'cpu' as const };
    // If no profile can be taken, the load is stopped, because it is for nothing.
    const needless = new AbortController();
    const profiling = deps.profile(started.service, request.load.warmUpMs + request.load.durationMs, beating.signal);
    const profiled = profiling.then((profile) => {
      if (profile === null) needless.abort(new Error('no profile can be had'));
      return profile;
    });
    const signal = AbortSignal.any([beating.signal, needless.signal]);
    const loading = loadService(
      deps,
      target,
      order,
      started.service,
      { ...beating, signal },
      `${runKey(request.bisectId)}-${commit.slice(0, 12)}`,
    );
    const [profile, run] = await Promise.allSettled([profiled, loading]);
    if (needless.signal.aborted) return null;
    if (profile.status === 'rejected') throw profile.reason;
    if (run.status === 'rejected') throw run.reason;
    if (profile.value === null || run.value.cpuPerRequestMs === null) return null;
    return { profile: profile.value, cpuPerRequestMs: run.value.cpuPerRequestMs, folder: basename(place.worktree) };
  } finally {
    await started.service.stop();
  }
}
