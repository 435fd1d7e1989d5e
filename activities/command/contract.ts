/** What the workflows of incident command may ask of the world. Implemented by `createCommandActivities(deps)`; workflows import the types only. */
import type { DeliveryAnswer, MessageOrder } from '../../core/command/communication/message.js';
import type { CommandPolicy } from '../../core/command/incident/policy.js';

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
}
