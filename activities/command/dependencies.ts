import type { DeliveryAnswer, IncidentMessage } from '../../core/command/communication/message.js';
import type { CommandPolicy } from '../../core/command/incident/policy.js';
import type { ServiceRow } from '../../core/command/incident/findings.js';
import type { CheckRow } from '../../core/command/checks/check.js';
import type { MitigationProposal, PlannedMitigation, SeenService } from '../../core/command/mitigation/mitigation-input.js';
import type { Audience, UpdatePhase } from '../../core/command/communication/draft-update.js';
import type { UpdateIssue } from '../../core/command/communication/lint-update.js';
import type { PublicIncident } from '../../core/command/communication/public-incident.js';
import type { Publication, PublicStatus } from '../../core/command/communication/publication.js';
import type {
  DraftedUpdate,
  FoundChanges,
  LostIncident,
  MeasuredIncident,
  MeasureOrder,
  OnCallResolution,
  PlannedTriage,
  TriageDeclaration,
} from './contract.js';

/** What the activities of incident command need of the world. Everything that they return to a workflow is free of secrets. */
export interface CommandDependencies {
  policy(services: readonly string[]): CommandPolicy;
  /** The people that `oncall:NAME` and names of people stand for at a moment. */
  onCall(notify: readonly string[], atMs: number): Promise<OnCallResolution>;
  /** Text of a person, by its path in the artifact store. */
  readText(artifact: string): Promise<string>;
  /** Sends to one channel of a person; throws ProgramFailedError, RefusedError or UnreadableInputError. */
  deliverToPerson(person: string, channel: number, message: IncidentMessage, signal: AbortSignal): Promise<DeliveryAnswer>;
  deliverToReceiver(receiver: number, message: IncidentMessage, signal: AbortSignal): Promise<DeliveryAnswer>;
  /** An update from the record and the templates; its text is kept in the artifact store. */
  draftUpdate(incidentId: string, audience: Audience, phase: UpdatePhase): Promise<DraftedUpdate>;
  lintUpdate(text: string, status: PublicStatus): UpdateIssue[];
  /** Components of the status page that stand for services. */
  components(services: readonly string[]): string[];
  writeStatusPage(incident: PublicIncident): Promise<void>;
  publishToReceiver(receiver: number, publication: Publication, signal: AbortSignal): Promise<DeliveryAnswer>;
  incidentUrl(incidentId: string): string | null;
  ackUrl(incidentId: string, person: string): string | null;
  /** Checks of one service. They end in time by themselves, or by the signal. */
  serviceHealth(service: string, signal: AbortSignal): Promise<ServiceRow>;
  measureImpact(order: MeasureOrder, signal: AbortSignal): Promise<MeasuredIncident>;
  changes(services: readonly string[], sinceMs: number, signal: AbortSignal): Promise<FoundChanges>;
  /** What may be done to the services, and checks of them. Ends in time by itself, or by the signal. Changes nothing. */
  lookForMitigations(services: readonly string[], signal: AbortSignal): Promise<{ services: SeenService[]; checks: CheckRow[] }>;
  /** The runbook of a proposal as it would run now. Throws UnreadableInputError. */
  planRunbook(proposal: MitigationProposal): Promise<PlannedMitigation>;
  planTriage(endpoint: string): PlannedTriage;
  lostIncidents(incidentIds: readonly string[]): Promise<LostIncident[]>;
  declareForTriage(order: TriageDeclaration): Promise<{ incidentId: string; isAttached: boolean }>;
}
