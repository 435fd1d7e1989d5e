/** Guards of what reaches an incident from outside. */
import { eventTexts, proofs, type Actor, type RecordText } from '../../core/command/incident/record-event.js';
import type { CommandState } from '../../core/command/incident/command-state.js';
import { incidentStatuses } from '../../core/command/incident/incident-status.js';
import { roleNames } from '../../core/command/incident/roles.js';
import type { Milestone, MilestoneOrder, TriageRef } from '../../core/command/incident/take-milestone.js';
import { severities } from '../../core/command/severity/severity.js';
import type { RunReport } from '../runbook/messages.js';
import {
  bad,
  carried,
  filledText,
  flag,
  list,
  moment,
  nullable,
  number,
  object,
  oneOf,
  optional,
  text,
  wholeText,
  type Reader,
} from '../../core/decisions/read-message.js';

const name = filledText(200, 'a name');
/** A key of the catalog. */
const key = wholeText(200);

const actor: Reader<Actor> = object({ person: name, proof: oneOf(proofs) });
const by = { by: actor, link: optional(object({ id: wholeText(100), expiresAt: moment })) };

/** Text of people is a reference into the artifact store; a short text of a machine may be in the message itself. */
const recordText: Reader<RecordText> = (value, at) => {
  if (typeof value === 'object' && value !== null && 'artifact' in value) return object({ artifact: wholeText(500) })(value, at);
  if (typeof value === 'object' && value !== null && 'inline' in value)
    return object({ inline: filledText(eventTexts.inlineLimit, 'a text') })(value, at);
  return bad(at, 'a text: {"artifact": "…"} or {"inline": "…"}', value);
};

export const readBy = object(by);
export const readNote = object({ ...by, text: recordText, at: optional(moment), isPinned: optional(flag), isImport: optional(flag) });
export const readCorrection = object({ ...by, event: wholeText(50), to: moment, reason: recordText });
export const readSeverity = object({ ...by, severity: oneOf(severities), reason: recordText });
export const readStatus = object({ ...by, to: oneOf(incidentStatuses), reason: optional(recordText) });
export const readRole = object({ ...by, role: oneOf(roleNames), person: key });
export const readHandOver = object({ ...by, to: key });
export const readEscalation = object({ ...by, to: optional(key), seen: optional(key), reason: recordText });
export const readUpdate = object({
  ...by,
  text: optional(recordText),
  audience: oneOf(['internal', 'external'] as const),
  corrects: optional(wholeText(50)),
});
export const readPublication = object({ ...by, draft: wholeText(50) });
const day: Reader<string> = (value, at) => {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))) return value;
  return bad(at, 'a date, YYYY-MM-DD', value);
};
export const readAddAction = object({
  ...by,
  title: recordText,
  priority: oneOf(['P0', 'P1', 'P2', 'P3'] as const),
  type: oneOf(['prevent', 'detect', 'mitigate', 'process'] as const),
  owner: optional(key),
  due: optional(day),
});
export const readCloseAction = object({ ...by, action: wholeText(50), to: oneOf(['done', 'accepted'] as const), evidence: recordText });
export const readPostmortem = object({ ...by, path: recordText });
export const readResolve = object({ ...by, summary: recordText });

export const readDeclaration = object({
  incidentId: wholeText(100),
  title: recordText,
  impact: nullable(recordText),
  publicTitle: optional(nullable(recordText)),
  severity: nullable(oneOf(severities)),
  severityRule: nullable(object({ rule: wholeText(100), evidence: list(wholeText(200), 100) })),
  services: list(key, 200),
  endpoints: list(key, 500),
  declaredAt: moment,
  onset: nullable(object({ at: moment, uncertaintyS: number(0, 7 * 86_400) })),
  by: actor,
});

export const readCommandStart = object({
  carried: optional(carried<CommandState>(['declaration', 'severity', 'status', 'policy', 'paging', 'pages'])),
});
export const readAllocation = object({ key: wholeText(300), services: list(key, 200), mayAttach: flag });
export const readIncidentRef = object({ incidentId: wholeText(100) });
export const readClaim = object({ incidentId: wholeText(100), services: list(key, 200) });

export const readMerge = object({ ...by, into: wholeText(100) });
export const readTriageRef: Reader<TriageRef> = object({ workflowId: wholeText(300), incidentId: nullable(wholeText(400)), endpoint: key });
export const readTakeOver = object({ incidentId: wholeText(100), services: list(key, 200) });

const readEvent: Reader<Milestone> = object({
  id: wholeText(50),
  at: moment,
  kind: wholeText(50),
  source: oneOf(['responder', 'person', 'alert', 'bisector'] as const),
  text: text(5_000),
  evidence: list(wholeText(200), 500),
  verdict: optional(wholeText(50)),
  p95Ms: optional(number(0, Number.MAX_VALUE)),
  measured: optional(
    object({
      requests: number(0, Number.MAX_VALUE),
      errorRatio: number(0, 1),
      p95BudgetMs: optional(number(0, Number.MAX_VALUE)),
      p50Ms: optional(number(0, Number.MAX_VALUE)),
      p99Ms: optional(number(0, Number.MAX_VALUE)),
    }),
  ),
  outcome: optional(wholeText(50)),
  causes: optional(list(object({ id: wholeText(100), component: text(500) }), 100)),
  decision: optional(wholeText(20)),
});
export const readMilestone: Reader<MilestoneOrder> = object({
  incidentId: wholeText(400),
  workflowId: wholeText(300),
  endpoint: key,
  event: readEvent,
  alert: optional(object({ source: wholeText(100), receivedAt: moment })),
});
export const readDecideMitigation = object({
  ...by,
  planId: wholeText(200),
  decision: oneOf(['approve', 'reject'] as const),
  digest: optional(wholeText(100)),
});
export const readRunReport: Reader<RunReport> = object({
  runId: wholeText(100),
  kind: oneOf(['waits', 'ended'] as const),
  result: nullable(wholeText(50)),
  text: nullable(text(1_000)),
});
