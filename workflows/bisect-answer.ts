import type { BisectAnswer, BisectMetric } from '../core/model/bisect.js';
import { bisecting } from './bisect-activity-options.js';
import type { BisectProgress, RangeAnswer } from './bisect-messages.js';
import { searchRange } from './bisect-search.js';
import { buildCount, runCount, skippedCommits, type BisectState } from './bisect-state.js';

type Found = Extract<RangeAnswer, { kind: 'found' }>;

/** The whole search: the range, then inside a merge, then for further culprits beside the first. */
export async function findCulprits(state: BisectState): Promise<BisectAnswer> {
  const { commits, prior } = state.plan;
  const main = await searchRange(state, 'main', commits, prior);
  if (main.kind !== 'found') return withoutCulprit(state, main);
  const others = await furtherCulprits(state, main);
  const [largest = main, ...rest] = [main, ...others].sort((a, b) => b.effect.ratio - a.effect.ratio);
  return describeFound(state, largest, rest);
}

/** Two steps in one range: what the culprit does not explain of the whole difference must lie on one of its sides. */
async function furtherCulprits(state: BisectState, main: Found): Promise<Found[]> {
  const unexplained = main.bracket.ratio / main.effect.ratio;
  if (unexplained < state.request.minEffect || main.inside !== 1) return [];
  const { commits, prior } = state.plan;
  const [from, to] = [commits.indexOf(main.from), commits.indexOf(main.to)];
  const sides = [
    { key: `before ${main.to}`, commits: commits.slice(0, from + 1), prior: prior.slice(0, from + 1) },
    { key: `after ${main.to}`, commits: commits.slice(to), prior: prior.slice(to) },
  ];
  const found: Found[] = [];
  for (const side of sides.filter((each) => each.commits.length > 1)) {
    const answer = await searchRange(state, side.key, side.commits, side.prior);
    if (answer.kind === 'found') found.push(answer);
  }
  return found;
}

async function describeFound(state: BisectState, found: Found, others: Found[]): Promise<BisectAnswer> {
  const { endpoint, bisectId } = state.request;
  const answer = emptyAnswer(state);
  const otherCulprits = others.map((other) => ({ commit: other.to, effect: other.effect }));
  const common = { ...answer, otherCulprits, posterior: found.posterior, effect: found.effect, bracket: found.bracket };
  if (found.inside !== 1) {
    const reasons = [
      `the commits after ${found.from.slice(0, 12)} up to ${found.to.slice(0, 12)} cannot be told apart: those between them could not be built, started or judged`,
    ];
    return { ...common, outcome: 'range', range: [found.from, found.to], reasons };
  }
  const side = await bisecting.expandMerge.executeWithOptions({ summary: `is ${found.to.slice(0, 12)} a merge?` }, [
    { bisectId, endpoint, commit: found.to },
  ]);
  const inside = side === null ? null : await searchRange(state, `merge ${found.to}`, side.commits, side.prior);
  const isInside = inside?.kind === 'found' && inside.inside === 1;
  const commit = isInside ? inside.to : found.to;
  const reasons = reasonsForMerge(inside, found.to);
  const [culprit] = await bisecting.describeCommits.executeWithOptions({ summary: `who wrote ${commit.slice(0, 12)}` }, [
    { endpoint, commits: [commit] },
  ]);
  return {
    ...common,
    outcome: 'culprit',
    culprit:
      culprit === undefined ? null : { commit, subject: culprit.subject, author: culprit.author, date: culprit.date, files: culprit.files },
    mergedBy: isInside ? found.to : null,
    range: isInside ? [inside.from, inside.to] : [found.from, found.to],
    ...(isInside ? { effect: inside.effect, posterior: inside.posterior } : {}),
    reasons,
  };
}

function reasonsForMerge(inside: RangeAnswer | null, merge: string): string[] {
  if (inside === null || (inside.kind === 'found' && inside.inside === 1)) return [];
  if (inside.kind === 'no-step')
    return [`no commit of the side that ${merge.slice(0, 12)} merged is slow by itself: the interaction of both sides is`];
  if (inside.kind === 'found')
    return [`inside the merge the commits after ${inside.from.slice(0, 12)} up to ${inside.to.slice(0, 12)} cannot be told apart`];
  return [`the side that ${merge.slice(0, 12)} merged was not searched to the end: ${inside.why}`];
}

function withoutCulprit(state: BisectState, main: Exclude<RangeAnswer, Found>): BisectAnswer {
  const answer = emptyAnswer(state);
  if (main.kind === 'stopped') {
    const isRange = main.from !== null && main.to !== null;
    return {
      ...answer,
      outcome: isRange ? 'range' : 'inconclusive',
      range: isRange ? [main.from ?? '', main.to ?? ''] : null,
      posterior: main.posterior,
      reasons: [main.why],
    };
  }
  const ratio = `bad ÷ good is ${main.bracket.ratio.toFixed(3)} [${main.bracket.ci[0].toFixed(3)}, ${main.bracket.ci[1].toFixed(3)}]`;
  if (!main.conclusive) {
    const settle = `a change of ${main.bracket.minDetectable.toFixed(2)} times would have shown; longer runs or a quieter machine would settle it`;
    return { ...answer, outcome: 'inconclusive', bracket: main.bracket, reasons: [`the ends do not differ clearly: ${ratio}`, settle] };
  }
  // Both ends are slow although the good one was good once: whatever changed is not in these commits.
  const ends = state.progress.measurements.filter(
    (entry) => entry.ok && [state.plan.commits[0], state.plan.commits.at(-1)].includes(entry.commit),
  );
  const areSlow = state.request.incidentId !== null && ends.length > 0 && ends.every((entry) => entry.ok && !entry.withinBudget);
  return {
    ...answer,
    outcome: areSlow ? 'not-in-code' : 'no-regression',
    bracket: main.bracket,
    reasons: areSlow
      ? [`the good end is as slow as the bad one (${ratio}) and both break the budget: the change is in data, configuration or environment`]
      : [`no change of ${state.request.minEffect} times or more: ${ratio}`],
  };
}

/** An answer that says nothing yet; without progress there were no runs. */
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
    posteriorByCommit: [],
  };
}
