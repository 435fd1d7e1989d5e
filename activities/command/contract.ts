/** What the workflows of incident command may ask of the world. Implemented by `createCommandActivities(deps)`; workflows import the types only. */
import type { DeliveryAnswer, MessageOrder } from '../../core/command/communication/message.js';
import type { Audience, UpdatePhase } from '../../core/command/communication/draft-update.js';
import type { UpdateIssue } from '../../core/command/communication/lint-update.js';
import type { PublicOrder } from '../../core/command/communication/public-incident.js';
import type { PublicStatus } from '../../core/command/communication/publication.js';
import type { RecordText } from '../../core/command/incident/record-event.js';
import type { ImpactMeasure } from '../../core/command/impact/measure-impact.js';
import type { Onset } from '../../core/command/rca/onset.js';
import type { BurnFacts } from '../../core/command/severity/assess-severity.js';
import type { Severity } from '../../core/command/severity/severity.js';
import type { Change } from '../../core/command/changes/change.js';
import type { MitigationInput, PlannedMitigation } from '../../core/command/mitigation/mitigation-input.js';
import type { ServiceRow } from '../../core/command/incident/findings.js';
import type { CommandPolicy } from '../../core/command/incident/policy.js';

/** An update that the responder wrote. */
export interface DraftedUpdate {
  text: RecordText;
  status: PublicStatus;
  issues: UpdateIssue[];
}

/** The people that `oncall:NAME` or a person's key stands for at one moment. */
export interface OnCallResolution {
  people: OnCallPerson[];
  /** Why these people (schedule, override, turn), or why nobody. */
  reason: string;
}

export interface OnCallPerson {
  person: string;
  /** Number of their channels in the catalog, which are tried in order. */
  channels: number;
  /** End of their quiet hours, ISO 8601; null: they have none at that moment. Absent in older histories. */
  quietUntil?: string | null;
}

/** A triage as a child workflow needs it. */
export interface PlannedTriage {
  workflowId: string;
  /** Catalog key `service/endpoint`. */
  endpoint: string;
  service: string;
}

/** A triage that calls people by the policy of the catalog. It contains only text made by the responder. */
export interface TriageDeclaration {
  workflowId: string;
  /** Id of the triage's episode; the same id declares only once. */
  triageId: string;
  endpoint: string;
  service: string;
  title: string;
}

export interface FoundChanges {
  changes: Change[];
  /** Every source that was asked, and what it said when it could not be read. */
  sources: { source: string; ok: boolean; detail: string }[];
}

/** What an incident knows when it asks what could be done. */
export interface MitigationOrder extends Omit<MitigationInput, 'services' | 'checks'> {
  services: readonly string[];
}

/** Times are ISO 8601; `onset` is null when nobody knows when it began. */
export interface MeasureOrder {
  services: readonly string[];
  onset: string | null;
  declaredAt: string;
  to: string;
}

export interface MeasuredIncident {
  impact: ImpactMeasure | null;
  /** When a signal that users feel became worse; null: no signal shows it. */
  onset: Onset | null;
  burns: Omit<BurnFacts, 'evidence'>[];
}

/** An incident whose workflow was ended from outside: its ladders stand still, and it cannot say so itself. */
export interface LostIncident {
  incidentId: string;
  /** As Temporal names it: terminated, failed, timed-out, canceled; or `never begun`. */
  how: string;
  /** ISO 8601 */
  at: string;
  /** From its search attributes; null: they do not say. */
  severity: Severity | null;
  status: string | null;
  commander: string | null;
}

export interface CommandActivities {
  /** The current rules of the catalog for an incident of these services. A running incident keeps its copy. */
  readCommandPolicy(order: { services: string[] }): Promise<CommandPolicy>;
  /** Reads schedules and calendars at `at`. Time zones come from the machine, so a workflow cannot do this. */
  resolveOnCall(order: { notify: readonly string[]; at: string }): Promise<OnCallResolution>;
  /** Sends to one channel of a person. 429, 5xx and a lost answer are retried; another 4xx is final. */
  sendToPerson(order: { person: string; channel: number; message: MessageOrder }): Promise<DeliveryAnswer>;
  /** Sends to one of the receivers of `incidents.notify`. */
  sendToReceiver(order: { receiver: number; message: MessageOrder }): Promise<DeliveryAnswer>;
  /** Writes an update from the record, by the templates of the catalog; for one that goes outside, with the findings of the lint. */
  draftUpdate(order: { incidentId: string; audience: Audience; phase: UpdatePhase }): Promise<DraftedUpdate>;
  /** The lint's findings on a person's text. They never quote it. */
  lintUpdate(order: { text: RecordText; status: PublicStatus }): Promise<{ issues: UpdateIssue[] }>;
  /** Puts every approved update of an incident on our own page. Repeating it changes nothing. */
  writeStatusPage(order: PublicOrder<RecordText>): Promise<void>;
  /** Puts one approved update on the page of a provider, after reading that page, so that repeating it changes nothing. */
  publishToReceiver(order: { receiver: number; order: PublicOrder<RecordText>; updateId: string }): Promise<DeliveryAnswer>;
  /** Health and readiness of services, one row each. Changes nothing; a service that does not answer is a row, not an error. */
  lookAtServices(order: { services: readonly string[] }): Promise<ServiceRow[]>;
  /** Impact, onset and error budget according to the services' counters. Changes nothing. */
  measureImpact(order: MeasureOrder): Promise<MeasuredIncident>;
  /** Changes since a moment from every source that the catalog has. */
  readChanges(order: { services: readonly string[]; since: string }): Promise<FoundChanges>;
  /**
   * Mitigations that the evidence suggests, each with its runbook as it would run now; `problems`: what is suggested but not available. Changes nothing.
   */
  proposeMitigations(order: MitigationOrder): Promise<{ mitigations: PlannedMitigation[]; problems: string[] }>;
  /** Is the reason for a mitigation gone? Looks at the health of its service and repeats the checks that it cites. */
  verifyMitigation(order: { service: string; evidence: readonly string[] }): Promise<{ isGood: boolean; detail: string }>;
  /** Where the triage of an endpoint runs. Throws UnreadableInputError for an endpoint that is not in the catalog. */
  planTriage(order: { endpoint: string }): Promise<PlannedTriage>;
  /** The ones whose workflow has ended although the incident has not. Asks Temporal, changes nothing. */
  findLostIncidents(order: { incidentIds: readonly string[] }): Promise<LostIncident[]>;
  /** Declares an incident for a triage, or attaches the triage to the open incident of its service. Repeating it for the same triage changes nothing. */
  declareForTriage(order: TriageDeclaration): Promise<{ incidentId: string; isAttached: boolean }>;
}
