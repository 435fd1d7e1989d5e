import type { BisectSummary } from './bisect.js';
import type { Incident } from './incident.js';

/** The events that people are told of. */
export type NotificationEvent = 'report-ready' | 'rerun' | 'needs-human' | 'bisect-ended' | 'ended';

/** What a notifier sends. Versioned, because receivers parse it. */
export interface Notification {
  version: 1;
  event: NotificationEvent;
  /** All tries of one notification have the same id. */
  deliveryId: string;
  /** Null when the search for a commit was not started by an incident. */
  incidentId: string | null;
  bisectId: string | null;
  service: string;
  endpoint: string;
  outcome: Incident['outcome'] | BisectSummary['outcome'];
  /** `headline` is one line, `text` a few, `fields` the same figures by name. All are plain text: a receiver does its own escaping. */
  headline: string;
  text: string;
  fields: { name: string; value: string }[];
  reportUrl: string | null;
}
