import { isNobodyThere, isOutage } from '../decisions/load/outage.js';
import type { CauseId, RuledOut } from '../model/cause.js';
import type { MissingEvidence } from '../model/observation.js';
import type { DiagnosisInput } from './input.js';
import { ms, percent } from './figures.js';
import { cite, type Candidate, type RuleContext } from './rule.js';

/** Causes of the failures themselves, not of latency: they hold although the answers that come are quick enough. */
const ofFailures: ReadonlySet<CauseId> = new Set(['connection-limit', 'retry-amplification']);
/** Requests that fail because they waited are slow: a mean half again as long as that of the others is no coincidence. */
const slower = 1.5;
/** If no request succeeds: a failure that takes a second has waited for something; a refusal or an exception takes milliseconds. */
const waitedMs = 1000;
/** Limits on waiting for a lock or a connection are often a tenth of that second. */
const mayHaveWaitedMs = 100;
const shortlyLimited: ReadonlySet<string> = new Set(['connections', 'database locks']);

export interface SortedByFailures {
  standing: Candidate[];
  ruledOut: RuledOut[];
  missing: MissingEvidence[];
}

/**
 * If only the budget for errors is broken, the composition of the latency says nothing about why requests fail, unless the failed requests are the slow
 * ones (they ran into a time limit).
 */
export function sortByFailures(candidates: Candidate[], context: RuleContext): SortedByFailures {
  const { input, cited } = context;
  if (!isAboutErrors(input) || failByWaiting(input)) return { standing: candidates, ruledOut: [], missing: [] };
  const mayHaveWaited = isOutage(input.load) && (failedMeanMs(input.load) ?? 0) >= mayHaveWaitedMs;
  const stands = ({ id, component }: Candidate): boolean => ofFailures.has(id) || (mayHaveWaited && shortlyLimited.has(component));
  const standing = candidates.filter(stands);
  const ruledOut = candidates
    .filter((candidate) => !stands(candidate))
    .map(({ id, summary }): RuledOut => ({
      id,
      reason: `it is about latency, and does not make requests fail (${speed(input)}): ${summary}`,
      evidence: cite(cited.load),
      kind: 'disproved',
    }));
  return { standing, ruledOut, missing: standing.length > 0 ? [] : [reasonOfFailures(input)] };
}

/** If hardly a request succeeds, a broken latency budget is about the failures, which would remain if the latency were in order again. */
function isAboutErrors({ confirmation: { broken }, load }: DiagnosisInput): boolean {
  return broken.includes('error-ratio') && (broken.every((budget) => budget === 'error-ratio') || isOutage(load));
}

function failByWaiting({ load }: DiagnosisInput): boolean {
  const failedMs = failedMeanMs(load);
  if (failedMs === null) return false;
  return isOutage(load) || load.latencyMs.mean === null ? failedMs >= waitedMs : failedMs >= slower * load.latencyMs.mean;
}

/**
 * k6 times the phases of all requests, but the whole duration only of those that succeeded; the difference belongs to the failed ones. Null when it cannot
 * be told.
 */
export function failedMeanMs({ timingMs, latencyMs, failedRatio }: DiagnosisInput['load']): number | null {
  if (timingMs === null || failedRatio <= 0) return null;
  const all = timingMs.sending + timingMs.waiting + timingMs.receiving;
  return Math.max(0, (all - (1 - failedRatio) * (latencyMs.mean ?? 0)) / failedRatio);
}

function speed({ load }: DiagnosisInput): string {
  const failedMs = failedMeanMs(load);
  if (failedMs === null) return 'how long the failed requests took is not known';
  const others = load.failedRatio >= 1 || load.latencyMs.mean === null ? '' : `, the others ${ms(load.latencyMs.mean)}`;
  return `the failed requests took ${ms(failedMs)} on average${others}`;
}

/** Only the most frequent answers are named; the others would not change where to look. */
const answersTold = 3;

function reasonOfFailures(input: DiagnosisInput): MissingEvidence {
  const { load, trace } = input;
  const answers = Object.entries(load.errors)
    .sort(([, a], [, b]) => b - a)
    .slice(0, answersTold)
    .map(([answer, count]) => `${answer} ${count} times`);
  const failed = load.failedRatio * (trace?.routes.reduce((sum, route) => sum + route.requests, 0) ?? 0);
  const calls = (trace?.outbound ?? []).filter((call) => failed > 0 && 2 * call.failed >= failed);
  const downstream = calls.map(
    (call) => `${call.failed} of ${call.requests} calls ${call.method} ${call.route} to ${call.peer} failed, too`,
  );
  return {
    id: 'failures',
    what: 'why the requests fail',
    why: [
      `${percent(load.failedRatio)} of the requests fail${answers.length === 0 ? '' : ` (${answers.join(', ')})`}: ${speed(input)}`,
      ...downstream,
    ].join('; '),
    remedy: remedyOf(load, calls.length > 0),
  };
}

function remedyOf(load: DiagnosisInput['load'], isDownstream: boolean): string {
  if (isNobodyThere(load))
    return "nobody listens at the endpoint's address: see whether the service runs (its log says why it ended), and correct the url in the catalog if it is elsewhere";
  return isDownstream
    ? 'look whether the service behind that address runs and what it answers, then at the log of this service'
    : "read the body of a failed answer and the service's log of this window: exceptions and refusals are not seen from outside";
}
