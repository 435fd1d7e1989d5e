/** PagerDuty v3 webhook, one event a delivery: https://developer.pagerduty.com/docs/webhooks-overview */
import { z } from 'zod';
import { boundedLabels, boundedLinks, boundedTitle, isoTime } from '../alert-text.js';
import { tryParseSymptom } from '../../../config/resolve/symptom.js';
import { whatCame } from './recognise.js';
import type { SignatureScheme } from './signature.js';
import type { AlertSource, SourceAlert } from './source.js';

/** `v1=<hex>[,v1=<hex>…]` over the raw body. There are several while the secret is being rotated, and any one of them is enough. */
const pagerdutySignature: SignatureScheme = {
  header: 'x-pagerduty-signature',
  parse: (header) => header.split(',').flatMap((part) => /^v1=([0-9a-f]{64})$/i.exec(part.trim())?.[1] ?? []),
};

const named = z.object({ id: z.string().nullish(), summary: z.string().nullish() }).nullish();
const incidentSchema = z.object({
  id: z.string(),
  html_url: z.string().nullish(),
  title: z.string().nullish(),
  incident_key: z.string().nullish(),
  created_at: z.string().nullish(),
  urgency: z.string().nullish(),
  service: named,
  priority: named,
  escalation_policy: named,
});
const deliverySchema = z.object({
  event: z.object({ event_type: z.string(), occurred_at: z.string().nullish(), data: z.unknown() }),
});

/** A reopened incident keeps its id; the time of the event tells the episodes apart. */
const statuses: Record<string, SourceAlert['status']> = {
  'incident.triggered': 'firing',
  'incident.reopened': 'firing',
  'incident.resolved': 'resolved',
};

const expected =
  'a PagerDuty v3 webhook: { event: { event_type: "incident.triggered", occurred_at, data: { id, title, urgency, service: { summary } } } }';

export const pagerduty: AlertSource = {
  name: 'pagerduty',
  signature: pagerdutySignature,
  fansOut: true,
  read(body) {
    const delivery = deliverySchema.safeParse(body);
    if (!delivery.success) return { ok: false, expected, came: whatCame(body, z.prettifyError(delivery.error), 'PagerDuty (v3)') };
    const { event } = delivery.data;
    const status = Object.hasOwn(statuses, event.event_type) ? statuses[event.event_type] : undefined;
    // Three answers of 4xx in a row would switch the whole subscription off for a day.
    if (status === undefined) {
      return {
        ok: true,
        alerts: [],
        ignored: [{ reason: `the event ${event.event_type.slice(0, 100)} is not used`, labels: {} }],
        truncated: 0,
      };
    }
    const incident = incidentSchema.safeParse(event.data);
    if (!incident.success) return { ok: false, expected, came: z.prettifyError(incident.error) };
    return { ok: true, alerts: [toAlert(incident.data, status, event)], ignored: [], truncated: 0 };
  },
};

function toAlert(
  incident: z.infer<typeof incidentSchema>,
  status: SourceAlert['status'],
  event: { event_type: string; occurred_at?: string | null | undefined },
): SourceAlert {
  const { title, urgency, service, priority } = incident;
  const episode = event.event_type === 'incident.reopened' ? `@${isoTime(event.occurred_at) ?? 'unknown'}` : '';
  const labels = {
    service: service?.summary,
    service_id: service?.id,
    title,
    urgency,
    priority: priority?.summary,
    incident_key: incident.incident_key,
    escalation_policy: incident.escalation_policy?.summary,
  };
  return {
    id: `${incident.id.slice(0, 150)}${episode}`,
    status,
    title: boundedTitle(title ?? 'PagerDuty incident without a title'),
    startsAt: isoTime(incident.created_at) ?? isoTime(event.occurred_at),
    labels: boundedLabels(
      Object.fromEntries(Object.entries(labels).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : []))),
    ),
    severity: (priority?.summary ?? urgency)?.slice(0, 50) ?? null,
    symptom: tryParseSymptom(title ?? ''),
    links: boundedLinks([incident.html_url]),
  };
}
