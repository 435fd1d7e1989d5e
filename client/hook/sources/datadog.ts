/** Datadog webhook: the user's own JSON with `$VARIABLES`. https://docs.datadoghq.com/integrations/webhooks/ */
import { z } from 'zod';
import { boundedLabels, boundedLinks, boundedTitle, isoTime, labelFingerprint, symptomOf } from '../alert-text.js';
import { whatCame } from './recognise.js';
import { plainSignature } from './signature.js';
import type { AlertSource, SourceAlert } from './source.js';

/** Every value is text in a template; a variable that does not apply arrives as `$NAME` itself or empty. */
const value = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .optional()
  .transform((given) => (given === undefined || given === null || /^(\$[A-Z_]*)?$/.test(String(given).trim()) ? null : String(given)));
const bodySchema = z.object({
  alert_cycle_key: value,
  aggreg_key: value,
  alert_id: value,
  alert_scope: value,
  id: value,
  alert_transition: value,
  alert_title: value,
  title: value,
  event_title: value,
  priority: value,
  alert_priority: value,
  alert_type: value,
  alert_metric: value,
  alert_query: value,
  hostname: value,
  event_type: value,
  service: value,
  endpoint: value,
  symptom: value,
  link: value,
  date: value,
  tags: z.union([value, z.array(z.string()).transform((tags) => tags.join(','))]),
});
type Body = z.output<typeof bodySchema>;

const firing = /^(?:re-?)?(?:triggered|warn|no data|notify)$|^renotify$/i;
const resolved = /^recovered$/i;

const expected =
  'a Datadog webhook with at least { "alert_id": "$ALERT_ID", "alert_transition": "$ALERT_TRANSITION", "title": "$EVENT_TITLE", "tags": "$TAGS", "date": "$DATE" }, and tags service:NAME and endpoint:NAME';

export const datadog: AlertSource = {
  name: 'datadog',
  signature: plainSignature,
  fansOut: true,
  read(body) {
    const parsed = bodySchema.safeParse(body);
    if (!parsed.success) return { ok: false, expected, came: whatCame(body, z.prettifyError(parsed.error), 'Datadog') };
    const status = statusOf(parsed.data);
    if (status === null) {
      const transition = parsed.data.alert_transition;
      const problem =
        transition === null
          ? 'no alert_transition'
          : `alert_transition "${transition.slice(0, 60)}", expected Triggered, Warn, No Data, Renotify or Recovered`;
      return { ok: false, expected, came: whatCame(body, problem, 'Datadog') };
    }
    return { ok: true, alerts: [toAlert(parsed.data, status)], ignored: [], truncated: 0 };
  },
};

/** `[P2] [Triggered on {host:a}] `: what became of the monitor, and of which of its groups it tells. */
const titleMark = /^\[(?:P\d\]\s*\[)?([A-Za-z -]+?)(?: on \{([^\]]*)\})?\]\s*/;

/** From the transition, or from the mark in front of the title: `[Triggered on {host:a}] …`. */
function statusOf({
  alert_transition: transition,
  title,
  alert_title: alertTitle,
  event_title: eventTitle,
}: Body): SourceAlert['status'] | null {
  const marked = [title, alertTitle, eventTitle].map((text) => titleMark.exec(text ?? '')?.[1]);
  const word = transition ?? marked.find((mark) => mark !== undefined) ?? '';
  if (resolved.test(word)) return 'resolved';
  return firing.test(word) ? 'firing' : null;
}

function toAlert(body: Body, status: SourceAlert['status']): SourceAlert {
  const tags = tagsOf(body.tags ?? '');
  const own = {
    service: body.service,
    endpoint: body.endpoint,
    alert_id: body.alert_id,
    alert_metric: body.alert_metric,
    alert_query: body.alert_query,
    alert_scope: body.alert_scope,
    alert_type: body.alert_type,
    hostname: body.hostname,
    priority: body.priority ?? body.alert_priority,
  };
  const labels = { ...tags, ...Object.fromEntries(Object.entries(own).flatMap(([name, text]) => (text === null ? [] : [[name, text]]))) };
  const scoped = body.alert_id === null || body.alert_scope === null ? body.alert_id : `${body.alert_id}:${body.alert_scope}`;
  return {
    // The key is the same from trigger to recovery. Without it, the monitor and what it is about.
    id: (body.alert_cycle_key ?? scoped ?? body.aggreg_key ?? titleIdentity(body) ?? body.id ?? labelFingerprint(labels)).slice(0, 200),
    status,
    title: boundedTitle(body.alert_title ?? body.title ?? body.event_title ?? 'Datadog alert without a title'),
    startsAt: timeOf(body.date),
    labels: boundedLabels(labels),
    severity: (body.priority ?? body.alert_priority)?.slice(0, 50) ?? null,
    symptom: symptomOf([{ symptom: body.symptom ?? '' }, tags]),
    links: boundedLinks([body.link]),
  };
}

/** The title without what became of the monitor: `$ID` is the event's, so the recovery has another one. */
function titleIdentity({ title, alert_title, event_title, service, endpoint, hostname, alert_scope, tags }: Body): string | null {
  const full = title ?? event_title ?? alert_title;
  if (full === null) return null;
  const scope = alert_scope ?? titleMark.exec(full)?.[2] ?? '';
  const place = [service, endpoint, hostname, ...(tags ?? '').split(',').filter((tag) => /^(?:service|endpoint):/.test(tag.trim()))];
  return labelFingerprint({ title: full.replace(titleMark, ''), scope, place: place.join('\n') });
}

/** `service:shop,endpoint:search,production`: a tag without a value is a label without text. */
function tagsOf(text: string): Record<string, string> {
  const tags = text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return Object.fromEntries(tags.map((tag) => [tag.split(':', 1)[0] ?? tag, tag.includes(':') ? tag.slice(tag.indexOf(':') + 1) : '']));
}

/** `$DATE` is milliseconds since 1970 as text. */
function timeOf(date: string | null): string | null {
  if (date === null || !/^\d{12,14}$/.test(date)) return isoTime(date);
  return new Date(Number(date)).toISOString();
}
