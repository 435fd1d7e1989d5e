import type { BisectSummary } from './bisect.js';
import type { Incident } from './incident.js';

/** What people are told of. */
export type NotificationEvent = 'report-ready' | 'rerun' | 'needs-human' | 'bisect-ended' | 'ended';

/** What a notifier sends. Versioned, because receivers parse it. */
export interface Notification {
  version: 1;
  event: NotificationEvent;
  /** The same for every try of the same notification. */
  deliveryId: string;
  /** Null when a search for a commit ended that no incident asked for. */
  incidentId: string | null;
  bisectId: string | null;
  service: string;
  endpoint: string;
  outcome: Incident['outcome'] | BisectSummary['outcome'];
  /** One line; `text` is a few, `fields` the same figures by name. Plain text: a receiver escapes for itself. */
  headline: string;
  text: string;
  fields: { name: string; value: string }[];
  reportUrl: string | null;
}
