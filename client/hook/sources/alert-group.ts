/** The list of alerts with labels that Alertmanager sends, and Grafana after it. */
import { z } from 'zod';
import { boundedLabels, boundedLinks, boundedTitle, isoTime, labelFingerprint, symptomOf } from '../alert-text.js';
import type { IgnoredAlert, SourceAlert } from './source.js';
import { labelsOf, textsSchema } from './texts.js';

/** Status of one alert, and of the delivery that contains it. */
const statusSchema = z.enum(['firing', 'resolved']);

const alertSchema = z.object({
  // A firing delivery may contain resolved alerts, so its status only counts for alerts without one of their own.
  status: statusSchema.nullish(),
  labels: textsSchema,
  annotations: textsSchema.nullish(),
  startsAt: z.string().nullish(),
  generatorURL: z.string().nullish(),
  dashboardURL: z.string().nullish(),
  panelURL: z.string().nullish(),
  fingerprint: z.string().nullish(),
});

/** What a delivery says about all of its alerts. */
export interface AlertGroup {
  status: unknown;
  links: (string | null | undefined)[];
}

/**
 * Reads every alert that can be read, and says for each of the others what is wrong with it. An alert without a status has that of its delivery, and fires
 * if the delivery has none either: templates that leave it out are made for alerts.
 */
export function readAlertList(entries: readonly unknown[], group: AlertGroup): { alerts: SourceAlert[]; ignored: IgnoredAlert[] } {
  const alerts: SourceAlert[] = [];
  const ignored: IgnoredAlert[] = [];
  for (const entry of entries) {
    const parsed = alertSchema.safeParse(entry);
    if (parsed.success) alerts.push(toAlert(parsed.data, group));
    else
      ignored.push({
        reason: `not readable: ${z
          .prettifyError(parsed.error)
          .replaceAll(/(?<!\s)[^\S\n]*\n\s*/g, ' ')
          .slice(0, 300)}`,
        labels: boundedLabels(labelsOf(entry)),
      });
  }
  return { alerts, ignored };
}

function toAlert(alert: z.output<typeof alertSchema>, group: AlertGroup): SourceAlert {
  const annotations = alert.annotations ?? {};
  const startsAt = isoTime(alert.startsAt);
  const title = annotations['summary'] ?? annotations['description'] ?? alert.labels['alertname'] ?? 'alert without a name';
  const links = [
    alert.generatorURL,
    annotations['runbook_url'],
    annotations['dashboard'],
    alert.dashboardURL,
    alert.panelURL,
    ...group.links,
  ];
  return {
    // The fingerprint is the same in all episodes; the start tells them apart.
    id: `${(alert.fingerprint ?? labelFingerprint(alert.labels)).slice(0, 100)}@${startsAt ?? 'unknown'}`,
    status: alert.status ?? statusSchema.catch('firing').parse(group.status),
    title: boundedTitle(title),
    startsAt,
    labels: boundedLabels(alert.labels),
    severity: alert.labels['severity']?.slice(0, 50) ?? null,
    symptom: symptomOf([annotations, alert.labels]),
    links: boundedLinks(links),
  };
}
