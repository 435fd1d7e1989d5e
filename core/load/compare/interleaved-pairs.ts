import type { ComparableLoad, MeasuredLoad } from '../../model/comparison.js';

type Timed = MeasuredLoad<ComparableLoad>;

/**
 * Runs that stand next to each other in time, one of each side, each run once: `A B B A A B` are three pairs, `A A A B B B` one. What the
 * machine does in the minutes of a pair hits both, so their difference is free of it. Several re-runs against the same confirmation are no
 * pairs: they share its luck.
 */
export function interleavedPairs<Before extends Timed, After extends Timed>(before: Before[], after: After[]): [Before, After][] {
  const inTime = [...before.map((run) => ({ early: run, late: null, run })), ...after.map((run) => ({ early: null, late: run, run }))].sort(
    (a, b) => Date.parse(a.run.startedAt) - Date.parse(b.run.startedAt),
  );
  const pairs: [Before, After][] = [];
  for (let index = 0; index + 1 < inTime.length; index++) {
    const [one, next] = [inTime[index], inTime[index + 1]];
    const early = one?.early ?? next?.early;
    const late = one?.late ?? next?.late;
    if (early === undefined || early === null || late === undefined || late === null) continue;
    pairs.push([early, late]);
    index++;
  }
  return pairs;
}
