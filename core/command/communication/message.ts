import type { RecordText } from '../incident/record-event.js';
import type { Severity } from '../severity/severity.js';

/** What receivers hear of: the `event` of the webhook contract. */
export type MessageEvent =
  'page' | 'page-cancelled' | 'update' | 'state' | 'severity' | 'management' | 'approval-needed' | 'resolved' | 'postmortem-due';

/** One message to one person or receiver. Texts of people are references still; whoever sends it reads them. */
export interface MessageOrder {
  event: MessageEvent;
  /** The same in every try, on every channel of the same receiver. */
  deliveryId: string;
  incidentId: string;
  severity: Severity;
  status: string;
  title: RecordText;
  text: RecordText;
  level: string | null;
  role: string | null;
  person: string | null;
  /** Who has it in hand when this is said; null: nobody yet. */
  acknowledgedBy: string | null;
  /** ISO 8601. */
  at: string;
}

/** What goes over the wire to a webhook, and what other notifiers make their own form of. Versioned, because receivers parse it. */
export interface IncidentMessage extends Omit<MessageOrder, 'title' | 'text'> {
  version: 1;
  title: string;
  text: string;
  /** Null where no hook serves pages. */
  incidentUrl: string | null;
  /** Where the person can acknowledge: a form, since links are opened by programs, too. */
  ackUrl: string | null;
}

/** What a provider answered: `providerId` finds the message there again (a Slack `ts`, a Message-ID). */
export interface DeliveryAnswer {
  /** Kind of the channel that took it. */
  channel: string;
  providerId: string | null;
}
