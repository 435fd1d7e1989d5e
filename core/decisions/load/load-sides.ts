/** Which load runs of an incident make the two sides of a comparison. */

/** `before`: the service is as it was when the incident was confirmed. `after`: as it was in the last re-run. */
export type LoadSide = 'before' | 'after';

export interface LoadSides<Run> {
  before: Run[];
  after: Run[];
}

/** More do not make an interval better than a few, and every one travels with each comparison. */
const runsKept = 12;
const mostRunsAtOnce = 12;

/** How many runs one request asks for, brought into what is possible. */
export function runsWanted(runs: number | undefined): number {
  return runs === undefined || !Number.isFinite(runs) ? 1 : Math.min(mostRunsAtOnce, Math.max(1, Math.round(runs)));
}

/**
 * Adds runs to the side that the caller names. Only whoever changed the service knows which state a run measured; sorting runs into sides by their results
 * would bias the interval. A re-run without a side measures a new state, so it replaces the runs after the change.
 */
export function joinSide<Run>({ before, after }: LoadSides<Run>, side: LoadSide | undefined, runs: readonly Run[]): LoadSides<Run> {
  if (side === 'before') return { before: [...before, ...runs].slice(-runsKept), after };
  return { before, after: (side === 'after' ? [...after, ...runs] : [...runs]).slice(-runsKept) };
}
