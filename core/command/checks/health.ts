import type { Finding, Verdict } from './check.js';
import type { HealthBody } from './health-body.js';

export type HealthState = 'up' | 'down' | 'slow' | 'flapping' | 'unknown';

/** One answer of a health address, or why there was none. */
export interface HealthSample {
  tookMs: number;
  /** Null: no answer. */
  status: number | null;
  body: HealthBody | null;
  /** Why there was no answer; null: there was one. */
  error: string | null;
}

/** The draft has 2xx and 3xx for pass and warn, 4xx and 5xx for fail. A body that says `fail` under a 200 is believed: a proxy answers 200, too. */
function isUp({ status, body }: HealthSample): boolean {
  return status !== null && status >= 200 && status < 400 && body?.says !== 'fail';
}

function words({ status, body, error, tookMs }: HealthSample): string {
  if (error !== null) return error;
  const said = body === null || body.says === null ? '' : ` "${body.says}"`;
  const why = body?.detail === null || body?.detail === undefined ? '' : `: ${body.detail}`;
  return `${status ?? ''}${said} in ${Math.round(tookMs)} ms${why}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function stateOf(samples: readonly HealthSample[], slowAfterMs: number): HealthState {
  const up = samples.filter(isUp);
  if (samples.length === 0) return 'unknown';
  if (up.length === 0) return 'down';
  if (up.length < samples.length) return 'flapping';
  return median(up.map(({ tookMs }) => tookMs)) > slowAfterMs ? 'slow' : 'up';
}

const verdictOf: Readonly<Record<HealthState, Verdict>> = { up: 'ok', slow: 'warn', flapping: 'fail', down: 'fail', unknown: 'unknown' };

function remedyOf(state: HealthState, samples: readonly HealthSample[]): string | null {
  switch (state) {
    case 'up':
      return samples.some(({ body }) => body?.says === 'warn') ? 'Read what the answer warns of.' : null;
    case 'slow':
      return 'Triage one of its endpoints: the health address waits for the same things.';
    case 'flapping':
      return 'Look for an instance behind the address that fails, or for a process that restarts (service.process).';
    case 'down':
      return 'Read the log (perf-responder logs SERVICE), and what changed last (perf-responder changes).';
    case 'unknown':
      return 'Ask again; nothing was measured.';
  }
}

/** Several answers of one address: what they have in common is the state. Differing ones are flapping. */
export function judgeHealth(
  samples: readonly HealthSample[],
  slowAfterMs: number,
): { state: HealthState; finding: Omit<Finding, 'command'> } {
  const state = stateOf(samples, slowAfterMs);
  const told = [...new Set(samples.map(words))];
  const warns = state === 'up' && samples.some(({ body }) => body?.says === 'warn');
  const hasAnswer = samples.some(({ status }) => status !== null);
  return {
    state,
    finding: {
      verdict: warns ? 'warn' : verdictOf[state],
      value: hasAnswer ? Math.round(median(samples.map(({ tookMs }) => tookMs))) : null,
      limit: slowAfterMs,
      detail: `${state}: ${told.join('; ')} (ms, median of ${samples.length})`,
      remedy: remedyOf(state, samples),
    },
  };
}

const badness: readonly HealthState[] = ['up', 'unknown', 'slow', 'flapping', 'down'];

/** A service with several addresses is as well as the worst of them. */
export function worstHealth(states: readonly HealthState[]): HealthState {
  if (states.length === 0) return 'unknown';
  return states.reduce<HealthState>((found, state) => (badness.indexOf(state) > badness.indexOf(found) ? state : found), 'up');
}
