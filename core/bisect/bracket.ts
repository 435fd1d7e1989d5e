/** Do the ends differ at all? A sequential test before the search, so that a night is not spent on nothing. */
import { endToEndStep } from './posterior.js';
import { noiseScale, scaled } from './scale.js';
import type { Bracket, Run, Search, SearchStep, Seat } from './search-state.js';

/** Looks of the sequential bracket test (runs on each end) and its bar: 3.5 deviations keep the false starts near 1 % over all looks. */
const looks = [4, 6, 9, 13, 18, 24] as const;
const bracketBar = 3.5;
/** From this look on an interval below the wanted effect says that there is none. */
const firstConclusiveLook = 6;
/** A B B A, so that a drift of the machine hits both ends alike. */
const order = ['good', 'bad', 'bad', 'good'] as const;

/** The next step of the test; null once the search may begin. */
export function bracketStep(search: Search, seat: Seat): SearchStep | null {
  const bad = search.commits - 1;
  if (search.runs.some((run) => run.commit !== 0 && run.commit !== bad)) return null;
  const goOn: SearchStep = { kind: 'measure', commit: nextEnd(search, seat), reason: 'bracket' };
  const look = lastLook(search);
  if (look === null) return goOn;
  const bracket = bracketOf({ ...search, runs: look.runs });
  if (bracket === null) return null;
  const { step, stepSd } = endToEndStep(scaled(look.runs, noiseScale(look.runs)), bad);
  if (step / stepSd >= bracketBar && bracket.ratio >= search.minEffect) return null;
  const isExcluded = bracket.ci[1] < search.minEffect;
  if (isExcluded && look.pairs >= firstConclusiveLook) return { kind: 'no-step', bracket, conclusive: true };
  return look.pairs === looks.at(-1) ? { kind: 'no-step', bracket, conclusive: isExcluded } : goOn;
}

/** The runs up to the latest look. Looking in between would be looks that the bar does not account for. */
function lastLook({ runs, commits }: Search): { pairs: number; runs: Run[] } | null {
  const counts = { good: 0, bad: 0 };
  let last: { pairs: number; length: number } | null = null;
  for (const [index, run] of runs.entries()) {
    const before = Math.min(counts.good, counts.bad);
    if (run.commit === 0) counts.good += 1;
    if (run.commit === commits - 1) counts.bad += 1;
    const pairs = Math.min(counts.good, counts.bad);
    if (pairs > before && looks.some((look) => look === pairs)) last = { pairs, length: index + 1 };
  }
  return last === null ? null : { pairs: last.pairs, runs: runs.slice(0, last.length) };
}

/** Each host takes turns by itself: its level cancels only within its own runs. */
function nextEnd({ runs, commits }: Search, { host }: Seat): number {
  const own = runs.filter((run) => run.host === host);
  const [goodRuns, badRuns] = [0, commits - 1].map((end) => own.filter((run) => run.commit === end).length) as [number, number];
  // What people marked may have cut the range: then one end has runs already.
  if (Math.abs(goodRuns - badRuns) > 1) return goodRuns < badRuns ? 0 : commits - 1;
  return order[(goodRuns + badRuns) % order.length] === 'good' ? 0 : commits - 1;
}

/** How much the ends differ, by all of their runs; null when one of them was never measured. */
export function bracketOf(search: Pick<Search, 'runs' | 'commits'>): Bracket | null {
  const scale = noiseScale(search.runs);
  const bad = search.commits - 1;
  const ends = search.runs.filter((run) => run.commit === 0 || run.commit === bad);
  if (!ends.some((run) => run.commit === 0) || !ends.some((run) => run.commit === bad)) return null;
  const { step, stepSd } = endToEndStep(scaled(ends, scale), bad);
  const perEnd = Math.max(1, Math.floor(ends.length / 2));
  return {
    ratio: Math.exp(step * scale),
    ci: [Math.exp((step - 1.96 * stepSd) * scale), Math.exp((step + 1.96 * stepSd) * scale)],
    minDetectable: Math.exp(2.8 * scale * Math.sqrt(2 / perEnd)),
    runs: ends.length,
  };
}
