import { isCancellation } from '@temporalio/workflow';
import type { BisectAnswer, BisectMetric } from '../../core/model/bisect.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { bisecting } from './activity-options.js';
import type { BisectProgress, RangeAnswer, RangeBracket } from './messages.js';
import { descend, type Placed } from './merge.js';
import { searchNow, searchRange, type CommitRange } from './search.js';
import { buildCount, runCount, skippedCommits, type BisectState } from './state.js';

export type Found = Extract<RangeAnswer, { kind: 'found' }>;

const mainKey = 'main';
/** More steps than this in one range are a drift of the code base, not commits to revert. */
const mostCulprits = 4;
/** A chart with more commits is unreadable; the first ones tell the story. */
const mostCharted = 60;

/** The whole search: the range, then further culprits beside the first, then the insides of merges. */
export async function findCulprits(state: BisectState): Promise<BisectAnswer> {
  const main = await searchRange(state, mainKey, state.plan);
  const posteriorByCommit = await chart(state);
  if (main.kind !== 'found') return { ...withoutCulprit(state, main), posteriorByCommit };
  const all = [main, ...(await furtherCulprits(state, mainKey, state.plan, main, mostCulprits - 1))];
  const placed: Placed[] = [];
  for (const found of all) placed.push(await descend(state, found));
  const [largest, ...others] = placed.toSorted((a, b) => b.effect.ratio - a.effect.ratio);
  return { ...(largest === undefined ? emptyAnswer(state) : await describe(state, largest, others, main.bracket)), posteriorByCommit };
}

/** If the range has two steps, what the culprit does not explain of the whole difference lies on one side of it. */
async function furtherCulprits(state: BisectState, key: string, whole: CommitRange, main: Found, most: number): Promise<Found[]> {
  const { minEffect } = state.request;
  if (most <= 0 || main.bracket === null || !isMoreLeft(main.bracket, main.adjacent, minEffect)) return [];
  const { commits, prior } = whole;
  const [from, to] = [commits.indexOf(main.from), commits.indexOf(main.to)];
  const sides = [
    { name: 'before', commits: commits.slice(0, from + 1), prior: prior.slice(0, from + 1) },
    { name: 'after', commits: commits.slice(to), prior: prior.slice(to) },
  ];
  const found: Found[] = [];
  for (const side of sides.filter((each) => each.commits.length > 1)) {
    const sideKey = `${key}, ${side.name} ${main.to.slice(0, 12)}`;
    const answer = await searchRange(state, sideKey, side);
    if (answer.kind !== 'found') continue;
    found.push(answer, ...(await furtherCulprits(state, sideKey, side, answer, most - found.length - 1)));
  }
  return found;
}

/**
 * The rest must reach half of what is worth a search, because the difference of noisy numbers may come out too small, and it must exceed what noise alone
 * makes.
 */
function isMoreLeft(whole: RangeBracket, explained: Found['adjacent'], minEffect: number): boolean {
  const unexplained = Math.log(whole.ratio / explained.ratio);
  const deviation = Math.hypot(...[whole, explained].map(({ ci }) => Math.log(ci[1] / ci[0]) / (2 * 1.96)));
  return unexplained > Math.max(Math.log(minEffect) / 2, 1.64 * deviation);
}

async function describe(state: BisectState, largest: Placed, others: Placed[], bracket: RangeBracket | null): Promise<BisectAnswer> {
  const { posterior, effect, mergedBy, reasons } = largest;
  const vague = others.filter((other) => !other.isOne);
  const common = {
    ...emptyAnswer(state),
    otherCulprits: others.filter((other) => other.isOne).map((other) => ({ commit: other.to, effect: other.effect })),
    ...{ posterior, effect, bracket, mergedBy },
    range: [largest.from, largest.to] satisfies [string, string],
    reasons: [
      ...reasons,
      ...vague.map(
        ({ from, to }) => `another step lies after ${from.slice(0, 12)} up to ${to.slice(0, 12)}; it cannot be told which commit`,
      ),
    ],
  };
  if (!largest.isOne) return { ...common, outcome: 'range' };
  const { endpoint } = state.request;
  const short = largest.to.slice(0, 12);
  try {
    const told = await bisecting.describeCommit.executeWithOptions({ summary: `who wrote ${short}` }, [{ endpoint, commit: largest.to }]);
    const { commit, subject, author, date, files, parents } = told;
    return { ...common, outcome: 'culprit', culprit: { commit, subject, author, date, files, isMerge: parents.length > 1 } };
  } catch (error) {
    if (isCancellation(error)) throw error;
    // The commit is the answer; its author can be looked up.
    const reasons = [...common.reasons, `${short} could not be described: ${describeFailure(error)}; git show ${short} tells`];
    const culprit = { commit: largest.to, subject: '', author: '', date: '', files: [], isMerge: false };
    return { ...common, reasons, outcome: 'culprit', culprit };
  }
}

/** Posterior over the whole range with the subjects of its commits; for a long range only the likely ones. */
async function chart(state: BisectState): Promise<BisectAnswer['posteriorByCommit']> {
  const { range, search } = searchNow(state, mainKey, state.plan);
  const posterior = state.numerics.posteriorNow(search);
  if (posterior === null) return [];
  const all = range.commits.map((commit, index) => ({ commit, probability: posterior.byCommit[index] ?? 0 }));
  const floor = all.length <= mostCharted ? 0 : ([...all].sort((a, b) => b.probability - a.probability)[mostCharted - 1]?.probability ?? 0);
  const shown = all.filter(({ probability }) => probability >= floor).slice(0, 2 * mostCharted);
  const subjects = await subjectsOf(
    state.request.endpoint,
    shown.map(({ commit }) => commit),
  );
  return shown.map(({ commit, probability }, index) => ({ commit, subject: subjects[index] ?? '', probability }));
}

/** A chart without subjects is still a chart. */
async function subjectsOf(endpoint: string, commits: string[]): Promise<string[]> {
  try {
    return await bisecting.subjectsOf.executeWithOptions({ summary: 'subjects for the chart' }, [{ endpoint, commits }]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return [];
  }
}

function withoutCulprit(state: BisectState, main: Exclude<RangeAnswer, Found>): BisectAnswer {
  const answer = emptyAnswer(state);
  if (main.kind === 'stopped') {
    const { from, to, posterior, bracket, why } = main;
    if (from === null || to === null) return { ...answer, bracket, reasons: [why] };
    return { ...answer, outcome: 'range', range: [from, to], posterior, bracket, reasons: [why] };
  }
  const { bracket } = main;
  const ratio = `bad ÷ good is ${bracket.ratio.toFixed(3)} [${bracket.ci[0].toFixed(3)}, ${bracket.ci[1].toFixed(3)}]`;
  if (!main.conclusive) {
    const settle = `a change of ${bracket.minDetectable.toFixed(2)} times would have shown; longer runs or a quieter machine would settle it`;
    return { ...answer, bracket, reasons: [`the ends do not differ clearly: ${ratio}`, settle] };
  }
  if (!areEndsSlow(state)) {
    return { ...answer, outcome: 'no-regression', bracket, reasons: [`no change of ${state.request.minEffect} times or more: ${ratio}`] };
  }
  const reasons = [
    `the good end is as slow as the bad one (${ratio}) and every run of both breaks the budget: the change is in data, configuration or environment`,
  ];
  return { ...answer, outcome: 'not-in-code', bracket, reasons };
}

/** The good commit was good once. If it breaks the budget now, the reason is not in these commits. */
function areEndsSlow({ plan, progress }: BisectState): boolean {
  const ends = [plan.commits[0], plan.commits.at(-1)];
  const runs = progress.measurements.filter((entry) => ends.includes(entry.commit));
  return runs.length > 0 && runs.every((entry) => entry.ok && !entry.withinBudget);
}

/** An answer without a finding yet; without progress there were no runs. */
export function emptyAnswer(state: { request: { metric: BisectMetric }; progress: BisectProgress | null }): BisectAnswer {
  const { progress, request } = state;
  return {
    outcome: 'inconclusive',
    culprit: null,
    mergedBy: null,
    otherCulprits: [],
    range: null,
    posterior: null,
    effect: null,
    bracket: null,
    metric: request.metric,
    runs: progress === null ? 0 : runCount({ progress }),
    builds: progress === null ? 0 : buildCount({ progress }),
    skipped: progress === null ? [] : skippedCommits({ progress }),
    reasons: [],
    profileDiff: null,
    posteriorByCommit: [],
  };
}
