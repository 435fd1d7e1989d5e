/** Where inside the load window the captures look. Milliseconds. */
export interface CaptureWindow {
  delayMs: number;
  durationMs: number;
}

/** The first moments of the judged part still carry connection set-up of the virtual users that came last. */
const leadMarginMs = 500;
/** A capture needs this long to be stopped and read while the load still runs; a profiler that stops late samples an idle service. */
const tailMarginMs = 1_500;
/** No capture takes more of a short window than this, so that margins never eat the evidence of a 10 s run. */
const largestMarginShare = 0.1;
/** Clocks of two hosts differ; more than this is skew and not elapsed time. */
const largestElapsedMs = 5_000;

/**
 * Places the captures inside the judged part of the load, however long that is.
 * `measuredInMs` and `durationMs` come from the load generator's start message, `elapsedMs` is how long ago it was sent by its own clock.
 */
export function planCaptureWindow(load: { measuredInMs: number; durationMs: number; elapsedMs: number }): CaptureWindow {
  const lead = Math.min(leadMarginMs, load.durationMs * largestMarginShare);
  const tail = Math.min(tailMarginMs, load.durationMs * largestMarginShare);
  const elapsed = Math.min(Math.max(load.elapsedMs, 0), largestElapsedMs);
  const startsIn = load.measuredInMs + lead - elapsed;
  const delayMs = Math.round(Math.max(startsIn, 0));
  const lateBy = Math.max(-startsIn, 0);
  return { delayMs, durationMs: Math.round(Math.max(load.durationMs - lead - tail - lateBy, 1_000)) };
}

/** The same window for a capture that gains nothing from more than `longestMs`. */
export function shortened(window: CaptureWindow, longestMs: number | null): CaptureWindow {
  return longestMs === null ? window : { ...window, durationMs: Math.min(window.durationMs, longestMs) };
}

/** A load that lost more than a fifth of its window (abort guard, crash of k6) left the captures looking at an idle service. */
const earlyShare = 0.8;

export function hasEndedEarly(run: { durationMs: number; measuredFrom: string; endedAt: string }): boolean {
  return Date.parse(run.endedAt) - Date.parse(run.measuredFrom) < run.durationMs * earlyShare;
}
