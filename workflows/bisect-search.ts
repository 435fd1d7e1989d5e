import { isCancellation, workflowInfo } from '@temporalio/workflow';
import { credibleRange } from '../core/bisect/credible-range.js';
import { bracketOf, nextSearchStep, posteriorNow, type Bracket, type Search, type SearchStep } from '../core/bisect/search.js';
import { measuring } from './bisect-activity-options.js';
import type { RangeAnswer, RangeBracket } from './bisect-messages.js';
import { mayContinue, runCount, showBisect, skippedCommits, type BisectState } from './bisect-state.js';
import { describeFailure } from './describe-failure.js';

/** Thrown to leave a search that must go on in a fresh history. */
export class HistoryFull extends Error {
  override readonly name = 'HistoryFull';
}

/** Commits of one line, ends included, with their prior weights. */
export interface CommitRange {
  commits: string[];
  prior: number[];
}

/** Searches one range. The same key gives the same answer, so a continued run repeats nothing. */
export async function searchRange(state: BisectState, key: string, whole: CommitRange): Promise<RangeAnswer> {
  state.progress.since[key] ??= state.progress.measurements.length;
  for (;;) {
    const known = state.progress.answers[key];
    if (known !== undefined) return known;
    const why = (await mayContinue(state)) ? null : 'stopped on request';
    const { range, search } = searchNow(state, key, whole);
    const stop = why ?? exhausted(state, search, range.commits);
    const step = stop === null ? nextSearchStep(search) : null;
    if (stop !== null || step === null) return keep(state, key, stopped(search, range.commits, stop ?? ''));
    if (step.kind !== 'measure') return keep(state, key, concluded(step, range.commits));
    if (workflowInfo().continueAsNewSuggested) throw new HistoryFull('continue as new');
    const failure = await measure(state, search, range.commits, step);
    if (failure !== null) return keep(state, key, stopped(search, range.commits, failure));
  }
}

function keep(state: BisectState, key: string, answer: RangeAnswer): RangeAnswer {
  state.progress.answers[key] = answer;
  return answer;
}

/** The search as its measurements are now; what people marked as good or bad cuts the range. */
export function searchNow(state: BisectState, key: string, whole: CommitRange): { range: CommitRange; search: Search } {
  const range = narrow(state, whole);
  const indexOf = new Map(range.commits.map((commit, index) => [commit, index]));
  const runs = state.progress.measurements.slice(state.progress.since[key] ?? 0).flatMap((entry) => {
    const commit = indexOf.get(entry.commit);
    return entry.ok && commit !== undefined ? [{ commit, logMetric: entry.logMetric }] : [];
  });
  const untestable = skippedCommits(state).flatMap(({ commit }) => indexOf.get(commit) ?? []);
  return { range, search: { commits: range.commits.length, runs, untestable, prior: range.prior, minEffect: state.request.minEffect } };
}

function narrow(state: BisectState, { commits, prior }: CommitRange): CommitRange {
  const { goodMarks, badMarks } = state.progress;
  const last = commits.length - 1;
  const from = Math.min(last - 1, Math.max(0, ...goodMarks.map((commit) => commits.indexOf(commit))));
  const later = badMarks.map((commit) => commits.indexOf(commit)).filter((index) => index > from);
  const to = Math.min(last, ...later);
  return { commits: commits.slice(from, to + 1), prior: prior.slice(from, to + 1) };
}

function exhausted(state: BisectState, search: Search, commits: string[]): string | null {
  const end = [0, commits.length - 1].find((index) => search.untestable.includes(index));
  if (end !== undefined) {
    const failure = state.progress.measurements.findLast((entry) => !entry.ok && entry.commit === commits[end]);
    const why = failure?.ok === false ? `${failure.reason}: ${failure.detail}` : 'somebody said to skip it';
    return `the ${end === 0 ? 'good' : 'bad'} end ${commits[end]?.slice(0, 12) ?? ''} cannot be judged (${why}): name another one with ${end === 0 ? '--good' : '--bad'}`;
  }
  if (runCount(state) >= state.request.budgetRuns)
    return `the budget of ${state.request.budgetRuns} runs is spent; more runs would settle it`;
  const minutes = (Date.now() - state.progress.startedAtMs) / 60_000;
  return minutes >= state.request.budgetMinutes
    ? `the budget of ${state.request.budgetMinutes} minutes is spent; more time would settle it`
    : null;
}

/** Unfinished: a range when good and bad do differ, else nothing can be said. */
function stopped(search: Search, commits: string[], why: string): RangeAnswer {
  const bracket = bracketOf(search);
  const nothing = { kind: 'stopped' as const, why, from: null, to: null, posterior: null, bracket: shorten(bracket) };
  const isInside = search.runs.some((run) => run.commit !== 0 && run.commit !== search.commits - 1);
  const posterior = posteriorNow(search);
  const isOpen = isInside || (bracket !== null && bracket.runs >= 8 && bracket.ci[0] > 1 && bracket.ratio >= search.minEffect);
  if (posterior === null || !isOpen) return nothing;
  const credible = credibleRange(posterior.byCommit);
  // Only what was measured is known to be good or bad.
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

/** One measurement. Null, or why the search cannot go on: a failure of the load or of `reset` is not the commit's fault, and every next one would fail alike. */
async function measure(
  state: BisectState,
  search: Search,
  commits: string[],
  step: { commit: number; reason: string },
): Promise<string | null> {
  const commit = commits[step.commit] ?? '';
  state.leading = leadingOf(search, commits);
  const run = runCount(state) + 1;
  showBisect(state, `measuring ${commit.slice(0, 12)} (${step.reason}), run ${run} of at most ${state.request.budgetRuns}`);
  const { bisectId, endpoint, metric } = state.request;
  const summary = `${step.reason}: ${metric} of ${commit.slice(0, 12)}, run ${run} of at most ${state.request.budgetRuns}`;
  const request = { bisectId, endpoint, commit, load: state.plan.load, metric };
  try {
    state.progress.measurements.push(await measuring(state.plan.load).measureCommit.executeWithOptions({ summary }, [request]));
    return null;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return `measuring ${commit.slice(0, 12)} failed: ${describeFailure(error)}`;
  }
}

function leadingOf(search: Search, commits: string[]): BisectState['leading'] {
  const posterior = posteriorNow(search);
  return (posterior?.byCommit ?? [])
    .map((probability, index) => ({ commit: commits[index] ?? '', probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 3);
}
