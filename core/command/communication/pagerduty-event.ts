import type { Severity } from '../severity/severity.js';
import type { Notification } from '../../model/notification.js';
import { escapedWithin, incidentCard, triageCard, type Card } from './card.js';
import type { IncidentMessage } from './message.js';

/** Events v2 refuses a longer summary. */
const longestSummary = 1024;
/** An event may have 512 KB; nobody reads more than this on a phone. */
const longestText = 4000;

const severities: Record<Severity, 'critical' | 'error' | 'warning' | 'info'> = {
  SEV1: 'critical',
  SEV2: 'error',
  SEV3: 'warning',
  SEV4: 'info',
};

export interface PagerDutyEvent {
  routing_key: string;
  event_action: 'trigger' | 'acknowledge' | 'resolve';
  /** One incident of ours is one incident there, however often a try is repeated. */
  dedup_key: string;
  payload?: Record<string, unknown>;
  links?: { href: string; text: string }[];
}

/** Nobody is needed any more; the record may still be worked on. */
const over: readonly string[] = ['resolved', 'review', 'closed', 'cancelled', 'merged'];

/** Null where PagerDuty has nothing to hear: it knows open, acknowledged and resolved. Whoever is told in person is to hear of it in any case. */
function actionOf({ event, status, person, acknowledgedBy }: IncidentMessage): PagerDutyEvent['event_action'] | null {
  if (event === 'page-cancelled') return 'acknowledge';
  if (event === 'resolved' || (event === 'state' && over.includes(status))) return 'resolve';
  if (person !== null || event === 'page') return 'trigger';
  // A trigger of what somebody has in hand would be a second call for nothing.
  if (event === 'state') return acknowledgedBy === null ? 'trigger' : 'acknowledge';
  return event === 'severity' && acknowledgedBy === null ? 'trigger' : null;
}

/** The event of Events v2 that a message becomes. A trigger with a known key is an alert of the same incident, and wakes nobody again. */
export function pagerDutyEvent(routingKey: string, message: IncidentMessage): PagerDutyEvent | null {
  const action = actionOf(message);
  if (action === null) return null;
  const event = { routing_key: routingKey, event_action: action, dedup_key: message.incidentId };
  if (action !== 'trigger') return event;
  return { ...event, ...payloadOf(incidentCard(message), severities[message.severity]) };
}

function payloadOf({ headline, text, facts, links }: Card, severity: string): Pick<PagerDutyEvent, 'payload' | 'links'> {
  return {
    payload: {
      summary: escapedWithin(headline, longestSummary),
      source: 'perf-incident-responder',
      severity,
      custom_details: { text: escapedWithin(text, longestText), ...Object.fromEntries(facts.map(({ name, value }) => [name, value])) },
    },
    links: links.map(({ title, url }) => ({ href: url, text: title })),
  };
}

/** News of a triage, an alert of its own: nothing tells PagerDuty later that somebody has seen it. */
export function pagerDutyNotification(routingKey: string, notification: Notification): PagerDutyEvent {
  const event = {
    routing_key: routingKey,
    event_action: 'trigger',
    dedup_key: notification.incidentId ?? notification.deliveryId,
  } as const;
  return { ...event, ...payloadOf(triageCard(notification), 'warning') };
}
