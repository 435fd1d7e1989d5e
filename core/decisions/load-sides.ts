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

/** Runs wanted by one request: what cannot be meant is read as the nearest that can. */
export function runsWanted(runs: number | undefined): number {
  return runs === undefined || !Number.isFinite(runs) ? 1 : Math.min(mostRunsAtOnce, Math.max(1, Math.round(runs)));
}

/**
 * The sides after some runs more. Only who changes the service knows its state, so it is told and never guessed from the numbers: to choose the
 * runs of a side by their result would make the interval a lie. A re-run that says nothing is a state of its own.
 */
export function joinSide<Run>({ before, after }: LoadSides<Run>, side: LoadSide | undefined, runs: readonly Run[]): LoadSides<Run> {
  if (side === 'before') return { before: [...before, ...runs].slice(-runsKept), after };
  return { before, after: (side === 'after' ? [...after, ...runs] : [...runs]).slice(-runsKept) };
}
