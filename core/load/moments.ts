import type { LoadMoment } from '../model/load-result.js';

/** As many as a drawing of 360 px can tell apart at nine pixels each: more only make histories larger. */
export const mostMoments = 40;

interface Look extends Omit<LoadMoment, 'atMs'> {
  /** Since the load began. */
  elapsedMs: number;
}

/**
 * Looks at a running load by the clock of its judged part, behind its beginning, when nothing had been done. Of many only every second, third … is kept,
 * and always the last: counts are totals, so none is lost.
 */
export function momentsOf(looks: readonly Look[], leadMs: number): LoadMoment[] {
  const [first] = looks;
  if (first === undefined) return [];
  const every = Math.ceil(looks.length / (mostMoments - 1));
  const kept = looks.filter((_, index) => (looks.length - 1 - index) % every === 0);
  return [
    { atMs: 0 - leadMs, completed: 0, dropped: 0, vus: first.vus },
    ...kept.map(({ elapsedMs, completed, dropped, vus }) => ({ atMs: elapsedMs - leadMs, completed, dropped, vus })),
  ];
}

/** Iterations that were dropped between two times, by a straight line between the looks around each; null where nobody had looked yet. */
export function droppedBetween(moments: readonly LoadMoment[], fromMs: number, toMs: number): number | null {
  const [from, to] = [droppedUntil(moments, fromMs), droppedUntil(moments, toMs)];
  return from === null || to === null ? null : Math.max(0, to - from);
}

/** The last look comes up to a second before the end: what it saw is what is known. */
function droppedUntil(moments: readonly LoadMoment[], atMs: number): number | null {
  const before = moments.findLast((moment) => moment.atMs <= atMs);
  const after = moments.find((moment) => moment.atMs > atMs);
  if (before === undefined || after === undefined) return before?.dropped ?? null;
  return before.dropped + ((atMs - before.atMs) / (after.atMs - before.atMs)) * (after.dropped - before.dropped);
}

/** The most users at any look between two times; where none fell into it, those of the last look before. */
export function mostUsersBetween(moments: readonly LoadMoment[], fromMs: number, toMs: number): number | null {
  const inside = moments.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ vus }) => vus);
  if (inside.length > 0) return Math.max(...inside);
  return moments.findLast(({ atMs }) => atMs < fromMs)?.vus ?? null;
}
