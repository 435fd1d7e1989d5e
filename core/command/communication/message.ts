import type { Severity } from '../severity/severity.js';

/** What receivers hear of: the `event` of the webhook contract. */
export const messageEvents = [
  'page',
  'page-cancelled',
  'update',
  'state',
  'severity',
  'management',
  'approval-needed',
  'resolved',
  'postmortem-due',
] as const;
export type MessageEvent = (typeof messageEvents)[number];

/** One message to one person or receiver, before its secret, its links and the texts of people are filled in by the activity that sends it. */
export interface MessageOrder {
  event: MessageEvent;
  /** The same in every try, on every channel of the same receiver. */
  deliveryId: string;
  incidentId: string;
  severity: Severity;
  status: string;
  /** Artifact path of the title, or the title of a machine. */
  title: { inline: string } | { artifact: string };
  text: { inline: string } | { artifact: string };
  level: string | null;
  role: string | null;
  person: string | null;
  at: string;
}

/** What a provider answered. `delivered`: it took the message; `providerId` finds it there again (a Slack `ts`, a Message-ID). */
export interface DeliveryAnswer {
  channel: string;
  providerId: string | null;
}
