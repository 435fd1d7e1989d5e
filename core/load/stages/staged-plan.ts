import { RefusedError } from '../../model/errors.js';
import type { LoadPlan } from '../../model/load-result.js';
import type { LoadStage } from '../../model/load-stages.js';

/** The bounds of the catalog's loads hold for every stage, too. */
const bounds = {
  open: { least: 0.1, most: 100_000, unit: 'requests/s' },
  closed: { least: 1, most: 50_000, unit: 'users' },
};
/** A whole plan, as long as the longest load of a catalog. */
const longestMs = 24 * 3_600_000;

/**
 * The load `base` offered as `stages`: warm-up, script guard and limits are the base's, level and length those of the stages. Warm-up holds the level at
 * which the first ones begin. Throws RefusedError with everything that is wrong with the stages.
 */
export function stagedPlan(base: LoadPlan, stages: readonly LoadStage[]): LoadPlan {
  const problems = [
    ...(base.script === null ? [] : ['a script of one’s own decides itself what it offers; take the generated one']),
    ...(stages.length === 0 ? ['expected at least one stage, got none'] : []),
    ...stages.flatMap((stage, index) => problemsOf(stage, stages.slice(0, index))),
    ...(stages.some(({ isJudged }) => isJudged) || stages.length === 0 ? [] : ['expected a stage that is judged, got none']),
  ];
  if (problems.length > 0) throw new RefusedError(`load stages: ${problems.join('; ')}`);
  const isOpen = stages.every(({ model }) => model === 'open');
  const isLevel = stages.every(({ from, to }) => from === to && from === stages[0]?.from);
  const durationMs = Math.max(...stages.map(({ startMs, durationMs: length }) => startMs + length));
  const requests = stages.reduce((sum, stage) => sum + plannedRequests(stage, stage.durationMs), 0);
  return {
    ...base,
    executor: `${isLevel ? 'constant' : 'ramping'}-${isOpen ? 'arrival-rate' : 'vus'}`,
    vus: isOpen ? base.vus : mostUsers(stages),
    rate: isOpen ? (requests / durationMs) * 1000 : null,
    durationMs,
    rampUpMs: 0,
    stages: [...stages],
  };
}

/** How many requests an open stage plans to send in its first `elapsedMs`; the area under its line. */
export function plannedRequests({ from, to, durationMs }: LoadStage, elapsedMs: number): number {
  const reached = from + ((to - from) * elapsedMs) / durationMs;
  return (((from + reached) / 2) * elapsedMs) / 1000;
}

/** Users of all closed stages that run at the same time. */
function mostUsers(stages: readonly LoadStage[]): number {
  const closed = stages.filter(({ model }) => model === 'closed');
  const usersAt = (atMs: number): number =>
    closed
      .filter(({ startMs, durationMs }) => startMs <= atMs && atMs < startMs + durationMs)
      .reduce((sum, { from, to }) => sum + Math.max(from, to), 0);
  return Math.max(...closed.map(({ startMs }) => usersAt(startMs)));
}

function problemsOf(stage: LoadStage, before: readonly LoadStage[]): string[] {
  const { name, model, from, to, startMs, durationMs } = stage;
  const { least, most, unit } = bounds[model];
  const levels = [from, to];
  const of = `stage ${JSON.stringify(name)}`;
  return [
    ...(/^[a-z0-9][a-z0-9-]*$/.test(name) ? [] : [`${of}: expected a name of small letters, digits and hyphens`]),
    ...(before.some((other) => other.name === name) ? [`${of}: expected a name of its own, another stage has it`] : []),
    ...(levels.every((level) => level >= 0 && level <= most) && Math.max(...levels) >= least
      ? []
      : [`${of}: expected ${least} to ${most} ${unit}, got ${from} to ${to}`]),
    ...(model === 'open' || levels.every((level) => Number.isInteger(level)) ? [] : [`${of}: expected whole users, got ${from} to ${to}`]),
    ...(startMs >= 0 && durationMs >= 1000 && startMs + durationMs <= longestMs
      ? []
      : [`${of}: expected at least 1 s that ends within 24 h, got ${durationMs} ms from ${startMs} ms on`]),
  ];
}
