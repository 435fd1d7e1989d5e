import type { DeliveryAnswer, IncidentMessage } from '../../core/command/communication/message.js';
import type { CommandPolicy } from '../../core/command/incident/policy.js';
import type { OnCallResolution } from './contract.js';

/** What the activities of incident command need of the world. Everything that returns from here into a workflow is free of secrets. */
export interface CommandDependencies {
  policy(services: readonly string[]): CommandPolicy;
  /** Who is meant by `oncall:NAME` and names of people at a moment. */
  onCall(notify: readonly string[], atMs: number): Promise<OnCallResolution>;
  /** Text of a person, by its path in the artifact store. */
  readText(artifact: string): Promise<string>;
  /** Sends to one channel of a person; throws ProgramFailedError, RefusedError or UnreadableInputError. */
  deliverToPerson(person: string, channel: number, message: IncidentMessage, signal: AbortSignal): Promise<DeliveryAnswer>;
  deliverToReceiver(receiver: number, message: IncidentMessage, signal: AbortSignal): Promise<DeliveryAnswer>;
  incidentUrl(incidentId: string): string | null;
  ackUrl(incidentId: string, person: string): string | null;
}
