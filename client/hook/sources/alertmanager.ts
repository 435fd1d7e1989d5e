/** Prometheus Alertmanager webhook, version "4": https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
import { z } from 'zod';
import { boundedLabels, boundedLinks, boundedTitle, isoTime, labelFingerprint, symptomOf } from '../alert-text.js';
import { plainSignature } from './signature.js';
import type { AlertSource, SourceAlert } from './source.js';

const texts = z.record(z.string(), z.string());
const alertSchema = z.object({
  // The group's own status says nothing about one alert: a firing group may hold resolved ones.
  status: z.enum(['firing', 'resolved']),
  labels: texts,
  annotations: texts.nullish(),
  startsAt: z.string().nullish(),
  generatorURL: z.string().nullish(),
  fingerprint: z.string().nullish(),
});
const groupSchema = z.object({
  version: z.literal('4'),
  alerts: z.array(alertSchema),
  externalURL: z.string().nullish(),
  truncatedAlerts: z.number().nullish(),
});

const expected =
  'an Alertmanager webhook of version "4": { version: "4", alerts: [{ status: "firing" | "resolved", labels: { … }, annotations: { … }, startsAt, fingerprint }] }';

function toAlert(alert: z.output<typeof alertSchema>, externalUrl: string | null | undefined): SourceAlert {
  const annotations = alert.annotations ?? {};
  const startsAt = isoTime(alert.startsAt);
  const title = annotations['summary'] ?? annotations['description'] ?? alert.labels['alertname'] ?? 'alert without a name';
  return {
    // Alertmanager's fingerprint stays the same over episodes; the start tells them apart.
    id: `${(alert.fingerprint ?? labelFingerprint(alert.labels)).slice(0, 100)}@${startsAt ?? 'unknown'}`,
    status: alert.status,
    title: boundedTitle(title),
    startsAt,
    labels: boundedLabels(alert.labels),
    severity: alert.labels['severity']?.slice(0, 50) ?? null,
    symptom: symptomOf([annotations, alert.labels]),
    links: boundedLinks([alert.generatorURL, annotations['runbook_url'], annotations['dashboard'], externalUrl]),
  };
}

export const alertmanager: AlertSource = {
  name: 'alertmanager',
  signature: plainSignature,
  read(body) {
    const group = groupSchema.safeParse(body);
    if (!group.success) return { ok: false, expected, came: z.prettifyError(group.error) };
    return {
      ok: true,
      alerts: group.data.alerts.map((alert) => toAlert(alert, group.data.externalURL)),
      truncated: group.data.truncatedAlerts ?? 0,
    };
  },
};
