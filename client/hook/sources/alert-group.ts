/** The list of alerts with labels that Alertmanager sends, and Grafana after it. */
import { z } from 'zod';
import { boundedLabels, boundedLinks, boundedTitle, isoTime, labelFingerprint, symptomOf } from '../alert-text.js';
import type { IgnoredAlert, SourceAlert } from './source.js';
import { labelsOf, textsSchema } from './texts.js';

const alertSchema = z.object({
  // The group's own status says nothing about one alert: a firing group may hold resolved ones.
  status: z.enum(['firing', 'resolved']),
  labels: textsSchema,
  annotations: textsSchema.nullish(),
  startsAt: z.string().nullish(),
  generatorURL: z.string().nullish(),
  dashboardURL: z.string().nullish(),
  panelURL: z.string().nullish(),
  fingerprint: z.string().nullish(),
});

/** Reads every alert that can be read; each of the others is told with what is wrong with it. */
export function readAlertList(
  entries: readonly unknown[],
  groupLinks: (string | null | undefined)[],
): { alerts: SourceAlert[]; ignored: IgnoredAlert[] } {
  const alerts: SourceAlert[] = [];
  const ignored: IgnoredAlert[] = [];
  for (const entry of entries) {
    const parsed = alertSchema.safeParse(entry);
    if (parsed.success) alerts.push(toAlert(parsed.data, groupLinks));
    else
      ignored.push({
        reason: `not readable: ${z
          .prettifyError(parsed.error)
          .replaceAll(/\s*\n\s*/g, ' ')
          .slice(0, 300)}`,
        labels: boundedLabels(labelsOf(entry)),
      });
  }
  return { alerts, ignored };
}

function toAlert(alert: z.output<typeof alertSchema>, groupLinks: (string | null | undefined)[]): SourceAlert {
  const annotations = alert.annotations ?? {};
  const startsAt = isoTime(alert.startsAt);
  const title = annotations['summary'] ?? annotations['description'] ?? alert.labels['alertname'] ?? 'alert without a name';
  const links = [
    alert.generatorURL,
    annotations['runbook_url'],
    annotations['dashboard'],
    alert.dashboardURL,
    alert.panelURL,
    ...groupLinks,
  ];
  return {
    // The fingerprint stays the same over episodes; the start tells them apart.
    id: `${(alert.fingerprint ?? labelFingerprint(alert.labels)).slice(0, 100)}@${startsAt ?? 'unknown'}`,
    status: alert.status,
    title: boundedTitle(title),
    startsAt,
    labels: boundedLabels(alert.labels),
    severity: alert.labels['severity']?.slice(0, 50) ?? null,
    symptom: symptomOf([annotations, alert.labels]),
    links: boundedLinks(links),
  };
}
