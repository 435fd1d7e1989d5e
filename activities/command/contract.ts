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

/** An update that nobody wrote. */
export interface DraftedUpdate {
  text: RecordText;
  status: PublicStatus;
  issues: UpdateIssue[];
}

/** Who is meant by `oncall:NAME` or a person's key at one moment. */
export interface OnCallResolution {
  people: OnCallPerson[];
  /** Why these: schedule, override, turn; why nobody. */
  reason: string;
}

export interface OnCallPerson {
  person: string;
  /** How many channels the catalog gives them; they are tried in order. */
  channels: number;
  /** End of their quiet hours, ISO 8601; null: none hold then. Absent in histories that are older. */
  quietUntil?: string | null;
}

/** A triage as a child workflow needs it. */
export interface PlannedTriage {
  workflowId: string;
  /** Catalog key `service/endpoint`. */
  endpoint: string;
  service: string;
}

/** A triage that calls for people by the policy of the catalog. Machine-made text only. */
export interface TriageDeclaration {
  workflowId: string;
  /** Id of the triage's episode; the same one declares once. */
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

/** Times are ISO 8601; `onset` null: nobody knows when it began. */
export interface MeasureOrder {
  services: readonly string[];
  onset: string | null;
  declaredAt: string;
  to: string;
}

export interface MeasuredIncident {
  impact: ImpactMeasure | null;
  /** Where a signal that users feel became worse; null: nothing shows it. */
  onset: Onset | null;
  burns: Omit<BurnFacts, 'evidence'>[];
}

/** An incident whose workflow was ended from outside: its ladders stand still, and it says nothing itself. */
export interface LostIncident {
  incidentId: string;
  /** As Temporal names it: terminated, failed, timed-out, canceled; or `never begun`. */
  how: string;
  /** ISO 8601 */
  at: string;
  /** What its search attributes said last; null: none. */
  severity: Severity | null;
  status: string | null;
  commander: string | null;
}

export interface CommandActivities {
  /** The rules that hold for an incident of these services, as the catalog has them now. A running incident keeps its copy. */
  readCommandPolicy(order: { services: string[] }): Promise<CommandPolicy>;
  /** Reads schedules and calendars at `at`: time zones come from the machine, so this is no workflow's work. */
  resolveOnCall(order: { notify: readonly string[]; at: string }): Promise<OnCallResolution>;
  /** Sends to one channel of a person. 429, 5xx and a lost answer are tried again; another 4xx fails for good. */
  sendToPerson(order: { person: string; channel: number; message: MessageOrder }): Promise<DeliveryAnswer>;
  /** Sends to one of the receivers of `incidents.notify`. */
  sendToReceiver(order: { receiver: number; message: MessageOrder }): Promise<DeliveryAnswer>;
  /** An update from the record, by the templates of the catalog; one for outside with what the lint says of it. */
  draftUpdate(order: { incidentId: string; audience: Audience; phase: UpdatePhase }): Promise<DraftedUpdate>;
  /** What the lint says of a person's text. Findings never quote it. */
  lintUpdate(order: { text: RecordText; status: PublicStatus }): Promise<{ issues: UpdateIssue[] }>;
  /** Puts everything that was approved of an incident on our own page. Said twice it is there once. */
  writeStatusPage(order: PublicOrder<RecordText>): Promise<void>;
  /** Takes one approved update to the page of a provider, which is read first: said twice it is there once. */
  publishToReceiver(order: { receiver: number; order: PublicOrder<RecordText>; updateId: string }): Promise<DeliveryAnswer>;
  /** Health and readiness of services, one row for each. Never changes anything; a service that does not answer is a row, not an error. */
  lookAtServices(order: { services: readonly string[] }): Promise<ServiceRow[]>;
  /** What the services' counters say of the impact, the onset and the error budget. Changes nothing. */
  measureImpact(order: MeasureOrder): Promise<MeasuredIncident>;
  /** Changes since a moment from every source that the catalog has. */
  readChanges(order: { services: readonly string[]; since: string }): Promise<FoundChanges>;
  /** What the evidence asks for, each with the runbook as it would be run; `problems`: what is asked for and cannot be had. Changes nothing. */
  proposeMitigations(order: MitigationOrder): Promise<{ mitigations: PlannedMitigation[]; problems: string[] }>;
  /** Is what a mitigation was proposed for gone? Looks at the health of its service, and again at the checks that it cites. */
  verifyMitigation(order: { service: string; evidence: readonly string[] }): Promise<{ isGood: boolean; detail: string }>;
  /** Where the triage of an endpoint runs. Throws UnreadableInputError for an endpoint that the catalog has not. */
  planTriage(order: { endpoint: string }): Promise<PlannedTriage>;
  /** Those whose workflow is over though they are not. Asks Temporal, changes nothing. */
  findLostIncidents(order: { incidentIds: readonly string[] }): Promise<LostIncident[]>;
  /** Declares an incident for a triage, or attaches the triage to the open incident of its service; the same triage twice does it once. */
  declareForTriage(order: TriageDeclaration): Promise<{ incidentId: string; isAttached: boolean }>;
}
