import { ActivityFailure, CancellationScope, isCancellation, TimeoutFailure, workflowInfo } from '@temporalio/workflow';
import type { Numerics } from '../../core/bisect/numerics.js';
import type { Bracket, MeasureReason, Search, SearchStep } from '../../core/bisect/search-state.js';
import { measuring } from './activity-options.js';
import { costOf, exclude, markAbsent, measuringHosts, seatOf } from './hosts.js';
import type { RangeAnswer, RangeBracket } from './messages.js';
import { prebuild } from './prebuild.js';
import { buildCount, mayContinue, runCount, showBisect, skippedCommits, type BisectState } from './state.js';
import { describeFailure } from '../kernel/describe-failure.js';

/** Thrown to leave a search that has to continue in a fresh history. */
export class HistoryFull extends Error {
  override readonly name = 'HistoryFull';
}

/** Commits of one line, ends included, with their prior weights. */
export interface CommitRange {
  commits: string[];
  prior: number[];
}

/** Searches one range on all machines that measure. The same key gives the same answer, so that a continued run repeats nothing. */
export async function searchRange(state: BisectState, key: string, whole: CommitRange): Promise<RangeAnswer> {
  state.progress.since[key] ??= state.progress.measurements.length;
  const pool: Pool = { running: new Map(), failure: null };
  try {
    for (;;) {
      const known = state.progress.answers[key];
      if (known !== undefined) return known;
      const isWanted = await mayContinue(state);
      const answer = isWanted ? occupy(state, key, whole, pool) : stopNow(state, key, whole, 'stopped on request');
      if (answer !== null) return keep(state, key, answer);
      await Promise.race([...pool.running.values()].map(({ ended }) => ended));
      if (workflowInfo().continueAsNewSuggested) {
        await Promise.all([...pool.running.values()].map(({ ended }) => ended));
        throw new HistoryFull('continue as new');
      }
    }
  } finally {
    await CancellationScope.nonCancellable(() => empty(pool));
  }
}

/** The running measurements, at most one per machine. */
interface Pool {
  running: Map<string, { ended: Promise<void>; cancel: () => void }>;
  /** Why a measurement failed that no other machine could take over. */
  failure: string | null;
}

async function empty({ running }: Pool): Promise<void> {
  const going = [...running.values()];
  for (const { cancel } of going) cancel();
  await Promise.all(going.map(({ ended }) => ended.catch(() => undefined)));
}

/** Gives every idle machine its next commit; returns the answer when there is one. */
function occupy(state: BisectState, key: string, whole: CommitRange, pool: Pool): RangeAnswer | null {
  const hosts = measuringHosts(state);
  for (const host of hosts.filter((each) => !pool.running.has(each))) {
    const { range, search } = searchNow(state, key, whole);
    const { commits } = range;
    const seat = seatOf(state, host, commits);
    const stop = pool.failure ?? exhausted(state, search, commits, pool.running.size);
    const step = stop === null ? state.numerics.nextSearchStep(search, seat) : null;
    if (step !== null && step.kind !== 'measure') return concluded(step, commits);
    const isBuilt = step !== null && (!state.plan.hasBuild || seat.built.includes(step.commit));
    const why = stop ?? (isBuilt ? null : buildsExhausted(state));
    if (why !== null || step === null) {
      // A running measurement may still decide it.
      if (pool.running.size > 0 && pool.failure === null) return null;
      return stopped(state.numerics, search, commits, why ?? '');
    }
    start(state, pool, { search, commits }, { host, isPinned: hosts.length > 1 }, step);
    prebuild(state, { search, commits }, seat, step, hosts.length > 1);
  }
  return null;
}

function stopNow(state: BisectState, key: string, whole: CommitRange, why: string): RangeAnswer {
  const { range, search } = searchNow(state, key, whole);
  return stopped(state.numerics, search, range.commits, why);
}

function keep(state: BisectState, key: string, answer: RangeAnswer): RangeAnswer {
  state.progress.answers[key] = answer;
  return answer;
}

/** The search with the measurements so far. Commits that people marked as good or bad narrow the range. */
export function searchNow(state: BisectState, key: string, whole: CommitRange): { range: CommitRange; search: Search } {
  const range = narrow(state, whole);
  const indexOf = new Map(range.commits.map((commit, index) => [commit, index]));
  const runs = state.progress.measurements.slice(state.progress.since[key] ?? 0).flatMap((entry) => {
    const commit = indexOf.get(entry.commit);
    return entry.ok && commit !== undefined ? [{ commit, logMetric: entry.logMetric, host: entry.host }] : [];
  });
  const untestable = skippedCommits(state).flatMap(({ commit }) => indexOf.get(commit) ?? []);
  const { minEffect } = state.request;
  return { range, search: { commits: range.commits.length, runs, untestable, prior: range.prior, minEffect, cost: costOf(state) } };
}

function narrow(state: BisectState, { commits, prior }: CommitRange): CommitRange {
  const { goodMarks, badMarks } = state.progress;
  const last = commits.length - 1;
  const from = Math.min(last - 1, Math.max(0, ...goodMarks.map((commit) => commits.indexOf(commit))));
  const later = badMarks.map((commit) => commits.indexOf(commit)).filter((index) => index > from);
  const to = Math.min(last, ...later);
  return { commits: commits.slice(from, to + 1), prior: prior.slice(from, to + 1) };
}

/** Why nothing more is measured; `running` measurements count as spent. */
function exhausted(state: BisectState, search: Search, commits: string[], running: number): string | null {
  const end = [0, commits.length - 1].find((index) => search.untestable.includes(index));
  if (end !== undefined) {
    const failure = state.progress.measurements.findLast((entry) => !entry.ok && entry.commit === commits[end]);
    const why = failure?.ok === false ? `${failure.reason}: ${failure.detail}` : 'somebody said to skip it';
    return `the ${end === 0 ? 'good' : 'bad'} end ${commits[end]?.slice(0, 12) ?? ''} cannot be judged (${why}): name another one with ${end === 0 ? '--good' : '--bad'}`;
  }
  if (runCount(state) + running >= state.request.budgetRuns)
    return `the budget of ${state.request.budgetRuns} runs is spent; more runs would settle it`;
  const minutes = (Date.now() - state.progress.startedAtMs) / 60_000;
  return minutes >= state.request.budgetMinutes
    ? `the budget of ${state.request.budgetMinutes} minutes is spent; more time would settle it`
    : null;
}

function buildsExhausted(state: BisectState): string | null {
  const { budgetBuilds } = state.request;
  return budgetBuilds !== null && buildCount(state) >= budgetBuilds
    ? `the budget of ${budgetBuilds} builds is spent and the next commit is not built; more builds would settle it`
    : null;
}

/** The answer of an unfinished search: a range if good and bad do differ, otherwise nothing can be said. */
function stopped(numerics: Numerics, search: Search, commits: string[], why: string): RangeAnswer {
  const bracket = numerics.bracketOf(search);
  const nothing = { kind: 'stopped' as const, why, from: null, to: null, posterior: null, bracket: shorten(bracket) };
  const isInside = search.runs.some((run) => run.commit !== 0 && run.commit !== search.commits - 1);
  const posterior = numerics.posteriorNow(search);
  const isOpen = isInside || (bracket !== null && bracket.runs >= 8 && bracket.ci[0] > 1 && bracket.ratio >= search.minEffect);
  if (posterior === null || !isOpen) return nothing;
  const credible = numerics.credibleRange(posterior.byCommit);
  // Only a measured commit is known to be good or bad.
  const tested = [...new Set(search.runs.map((run) => run.commit))].sort((a, b) => a - b);
  const from = tested.filter((commit) => commit <= credible.from).at(-1) ?? 0;
  const to = tested.find((commit) => commit >= credible.to) ?? search.commits - 1;
  const inside = posterior.byCommit.slice(from + 1, to + 1).reduce((sum, probability) => sum + probability, 0);
  return { ...nothing, from: commits[from] ?? null, to: commits[to] ?? null, posterior: inside };
}

function concluded(step: Exclude<SearchStep, { kind: 'measure' }>, commits: string[]): RangeAnswer {
  if (step.kind === 'no-step') return { kind: 'no-step', conclusive: step.conclusive, bracket: step.bracket };
  const [from, to] = [commits[step.from] ?? '', commits[step.to] ?? ''];
  const { posterior, effect, adjacent } = step;
  return { kind: 'found', from, to, inside: step.to - step.from, posterior, effect, adjacent, bracket: shorten(step.bracket) };
}

function shorten(bracket: Bracket | null): RangeBracket | null {
  return bracket === null ? null : { ratio: bracket.ratio, ci: bracket.ci, minDetectable: bracket.minDetectable };
}

/** Starts one measurement. A failure of the load or of `reset` is not the commit's fault, and every further one on this machine would fail alike. */
function start(
  state: BisectState,
  pool: Pool,
  { search, commits }: { search: Search; commits: string[] },
  { host, isPinned }: { host: string; isPinned: boolean },
  step: { commit: number; reason: MeasureReason },
): void {
  const commit = commits[step.commit] ?? '';
  state.leading = leadingOf(state.numerics, search, commits);
  const run = runCount(state) + pool.running.size + 1;
  const where = isPinned ? ` on ${host}` : '';
  showBisect(state, `measuring ${commit.slice(0, 12)}${where} (${step.reason}), run ${run} of at most ${state.request.budgetRuns}`);
  const { bisectId, endpoint, metric } = state.request;
  const summary = `${step.reason}: ${metric} of ${commit.slice(0, 12)}${where}, run ${run} of at most ${state.request.budgetRuns}`;
  const request = { bisectId, endpoint, commit, load: state.plan.load, metric };
  const scope = new CancellationScope();
  const ended = scope
    .run(() => measuring(isPinned ? host : null).measureCommit.executeWithOptions({ summary }, [request]))
    .then(
      ({ measurement, hosts }) => {
        state.progress.measurements.push(measurement);
        state.hosts = hosts;
      },
      (error: unknown) => {
        if (isCancellation(error)) throw error;
        failed(state, pool, { host, isPinned }, `measuring ${commit.slice(0, 12)} failed: ${describeFailure(error)}`, error);
      },
    )
    .finally(() => void pool.running.delete(host));
  pool.running.set(host, {
    ended,
    cancel: () => {
      scope.cancel();
    },
  });
}

/** If a machine is gone or cannot measure, the others take its work. Without others, the search ends with the reason. */
function failed(
  state: BisectState,
  pool: Pool,
  { host, isPinned }: { host: string; isPinned: boolean },
  why: string,
  error: unknown,
): void {
  if (!isPinned) {
    pool.failure = why;
    return;
  }
  if (isUnclaimed(error)) {
    markAbsent(state, host);
    return;
  }
  exclude(state, host);
  state.notes.push(`${host} measures no more: ${why}`);
}

function isUnclaimed(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'SCHEDULE_TO_START';
}

function leadingOf(numerics: Numerics, search: Search, commits: string[]): BisectState['leading'] {
  const posterior = numerics.posteriorNow(search);
  return (posterior?.byCommit ?? [])
    .map((probability, index) => ({ commit: commits[index] ?? '', probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 3);
}
