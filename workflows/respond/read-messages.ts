/** Guards of every message that an incident takes, see `core/decisions/read-message.ts`. */
import type { AlertSummary, TriageOptions } from '../../activities/contract.js';
import { identityProofs, type RemedyDecision } from '../../core/decisions/remedy/remedy-approval.js';
import {
  bad,
  entries,
  filledText,
  list,
  moment,
  nullable,
  number,
  object,
  oneOf,
  optional,
  orNothing,
  text,
  wholeText,
  type Reader,
} from '../../core/decisions/read-message.js';
import type { BisectSummary } from '../../core/model/bisect.js';
import type { Symptom } from '../../core/model/incident.js';
import type { BisectEnded, CloseRequest, HandOffRequest, IncidentStart, ReportTo, RerunRequest, SavedState } from './messages.js';

/** Names of people and ids are short, their texts are not; both fit on a board. */
const name = text(200);
const sentence = text(1_000);
const id = wholeText(300);
const sources = ['alertmanager', 'generic', 'cli', 'grafana', 'pagerduty', 'datadog'] as const;

const readSymptom: Reader<Symptom> = object({
  metric: oneOf(['p50', 'p95', 'p99', 'error-ratio', 'request-rate']),
  value: number(0, Number.MAX_VALUE),
  text: sentence,
});

export const readAlert: Reader<AlertSummary> = object({
  source: oneOf(sources),
  id,
  status: oneOf(['firing', 'resolved']),
  title: sentence,
  startsAt: nullable(text(60)),
  receivedAt: moment,
  labels: entries(text(500), 50),
  severity: nullable(text(60)),
  symptom: nullable(readSymptom),
  links: list(text(2_000), 20),
});

const caller = { by: optional(name), reason: optional(sentence) };
export const readCloseRequest: Reader<CloseRequest> = orNothing(object(caller));
export const readHandOffRequest: Reader<HandOffRequest> = orNothing(object(caller));
export const readRerunRequest: Reader<RerunRequest> = orNothing(
  object({ ...caller, requestId: optional(id), runs: optional(number(0, 1_000)), side: optional(oneOf(['before', 'after'])) }),
);
export const readReportTo: Reader<ReportTo> = object({ workflowId: id });
export const readAcknowledgement: Reader<{ by: string }> = object({ by: filledText(200, 'who acknowledges, e.g. {"by": "ada"}') });
export const readDecision: Reader<RemedyDecision> = object({
  planId: wholeText(200),
  decision: oneOf(['approve', 'reject']),
  by: filledText(200, 'who decides, e.g. {"planId": "…", "decision": "approve", "by": "ada"}'),
  reason: optional(sentence),
  proof: optional(oneOf(identityProofs)),
});

const pair: Reader<[number, number]> = (value, at) => {
  const [low, high] = list(number(-Number.MAX_VALUE, Number.MAX_VALUE), 2)(value, at);
  return low === undefined || high === undefined ? bad(at, 'two numbers', value) : [low, high];
};
const range: Reader<[string, string]> = (value, at) => {
  const [from, to] = list(id, 2)(value, at);
  return from === undefined || to === undefined ? bad(at, 'two commits', value) : [from, to];
};
const readBisectSummary: Reader<BisectSummary> = object({
  outcome: oneOf(['culprit', 'range', 'no-regression', 'not-in-code', 'inconclusive']),
  culprit: nullable(
    object({ commit: id, subject: sentence, author: name, date: name, files: list(text(1_000), 200), isMerge: optional(isFlag) }),
  ),
  range: nullable(range),
  posterior: nullable(number(0, 1.000_001)),
  effect: nullable(object({ ratio: number(0, Number.MAX_VALUE), ci: pair })),
  reasons: list(sentence, 100),
  workflowId: id,
});
export const readBisectEnded: Reader<BisectEnded> = object({ incidentId: id, summary: readBisectSummary });

function isFlag(value: unknown, at: string): boolean {
  return typeof value === 'boolean' ? value : bad(at, 'true or false', value);
}

const milliseconds = number(0, 30 * 24 * 3_600_000);
const readOptions: Reader<TriageOptions> = object({
  durationMs: optional(milliseconds),
  rate: optional(number(0, 1_000_000)),
  vus: optional(number(0, 1_000_000)),
  budgets: optional(
    object({
      p50Ms: optional(milliseconds),
      p95Ms: optional(milliseconds),
      p99Ms: optional(milliseconds),
      errorRatio: optional(number(0, 1)),
      minRequestRate: optional(number(0, 1_000_000)),
    }),
  ),
  script: optional(wholeText(4_096)),
  profileFile: optional(wholeText(4_096)),
  planFile: optional(wholeText(4_096)),
});

/** Only the previous history writes this, so only the version is checked. */
const readSaved: Reader<SavedState> = (value, at) => {
  if (typeof value === 'object' && value !== null && 'version' in value && value.version === 1) return value as SavedState;
  return bad(at, 'the state of an earlier history, version 1', value);
};

export const readIncidentStart: Reader<IncidentStart> = object({
  endpoint: wholeText(2_000),
  symptom: nullable(readSymptom),
  acceptedAt: moment,
  options: orNothing(readOptions),
  alerts: optional(list(readAlert, 100)),
  saved: optional(readSaved),
});
