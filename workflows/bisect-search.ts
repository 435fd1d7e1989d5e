import { workflowInfo } from '@temporalio/workflow';
import { credibleRange } from '../core/bisect/credible-range.js';
import { nextSearchStep, posteriorNow, type Search, type SearchStep } from '../core/bisect/search.js';
import { measuring } from './bisect-activity-options.js';
import type { RangeAnswer } from './bisect-messages.js';
import { mayContinue, runCount, showBisect, skippedCommits, type BisectState } from './bisect-state.js';

/** Thrown to leave a search that must go on in a fresh history. */
export class HistoryFull extends Error {
  override readonly name = 'HistoryFull';
}

/** Searches one range, ends included. The same key gives the same answer, so a continued run repeats nothing. */
export async function searchRange(state: BisectState, key: string, commits: string[], prior: number[]): Promise<RangeAnswer> {
  for (;;) {
    const known = state.progress.answers[key];
    if (known !== undefined) return known;
    const range = narrow(state, commits, prior);
    const search = searchOf(state, range);
    const stop = (await mayContinue(state)) ? exhausted(state, search, range.commits) : 'stopped on request';
    const step = stop === null ? nextSearchStep(search) : null;
    if (stop !== null || step === null) return keep(state, key, stopped(search, range.commits, stop ?? ''));
    if (step.kind !== 'measure') return keep(state, key, concluded(step, range.commits));
    if (workflowInfo().continueAsNewSuggested) throw new HistoryFull('continue as new');
    await measure(state, search, range.commits, step);
  }
}

function keep(state: BisectState, key: string, answer: RangeAnswer): RangeAnswer {
  state.progress.answers[key] = answer;
  return answer;
}

interface Range {
  commits: string[];
  prior: number[];
}

/** What people marked as good or bad cuts the range. */
function narrow(state: BisectState, commits: string[], prior: number[]): Range {
  const { goodMarks, badMarks } = state.progress;
  const from = Math.max(0, ...goodMarks.map((commit) => commits.indexOf(commit)));
  const later = badMarks.map((commit) => commits.indexOf(commit)).filter((index) => index > from);
  const to = Math.min(commits.length - 1, ...later);
  return { commits: commits.slice(from, to + 1), prior: prior.slice(from, to + 1) };
}

function searchOf(state: BisectState, range: Range): Search {
  const indexOf = new Map(range.commits.map((commit, index) => [commit, index]));
  const runs = state.progress.measurements.flatMap((entry) => {
    const commit = indexOf.get(entry.commit);
    return entry.ok && commit !== undefined ? [{ commit, logMetric: entry.logMetric }] : [];
  });
  const untestable = skippedCommits(state).flatMap(({ commit }) => indexOf.get(commit) ?? []);
  return { commits: range.commits.length, runs, untestable, prior: range.prior, minEffect: state.request.minEffect };
}

function exhausted(state: BisectState, search: Search, commits: string[]): string | null {
  const end = [0, commits.length - 1].find((index) => search.untestable.includes(index));
  if (end !== undefined)
    return `the ${end === 0 ? 'good' : 'bad'} end ${commits[end]?.slice(0, 12) ?? ''} cannot be built, started or judged`;
  if (runCount(state) >= state.request.budgetRuns) return `the budget of ${state.request.budgetRuns} runs is spent`;
  const minutes = (Date.now() - state.progress.startedAtMs) / 60_000;
  return minutes >= state.request.budgetMinutes ? `the budget of ${state.request.budgetMinutes} minutes is spent` : null;
}

function stopped(search: Search, commits: string[], why: string): RangeAnswer {
  const inside = search.runs.some((run) => run.commit !== 0 && run.commit !== search.commits - 1);
  const posterior = inside ? posteriorNow(search) : null;
  if (posterior === null) return { kind: 'stopped', why, from: null, to: null, posterior: null };
  const credible = credibleRange(posterior.byCommit);
  return { kind: 'stopped', why, from: commits[credible.from] ?? null, to: commits[credible.to] ?? null, posterior: credible.posterior };
}

function concluded(step: Exclude<SearchStep, { kind: 'measure' }>, commits: string[]): RangeAnswer {
  const bracket = { ratio: step.bracket.ratio, ci: step.bracket.ci, minDetectable: step.bracket.minDetectable };
  if (step.kind === 'no-step') return { kind: 'no-step', conclusive: step.conclusive, bracket };
  const [from, to] = [commits[step.from] ?? '', commits[step.to] ?? ''];
  return { kind: 'found', from, to, inside: step.to - step.from, posterior: step.posterior, effect: step.effect, bracket };
}

async function measure(state: BisectState, search: Search, commits: string[], step: { commit: number; reason: string }): Promise<void> {
  const commit = commits[step.commit] ?? '';
  const posterior = posteriorNow(search);
  if (posterior !== null) {
    state.leading = posterior.byCommit
      .map((probability, index) => ({ commit: commits[index] ?? '', probability }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, 3);
  }
  showBisect(state, `measuring ${commit.slice(0, 12)} (${step.reason}), run ${runCount(state) + 1}`);
  const { bisectId, endpoint, metric } = state.request;
  const summary = `${step.reason}: ${metric} of ${commit.slice(0, 12)}, run ${runCount(state) + 1} of at most ${state.request.budgetRuns}`;
  const request = { bisectId, endpoint, commit, load: state.plan.load, metric };
  state.progress.measurements.push(await measuring(state.plan.load).measureCommit.executeWithOptions({ summary }, [request]));
}
