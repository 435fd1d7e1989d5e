/** Prometheus Alertmanager webhook, version "4": https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
import { z } from 'zod';
import { readAlertList } from './alert-group.js';
import { whatCame } from './recognise.js';
import { plainSignature } from './signature.js';
import type { AlertSource } from './source.js';

const groupSchema = z.object({
  version: z.literal('4'),
  status: z.unknown().optional(),
  alerts: z.array(z.unknown()),
  externalURL: z.string().nullish(),
  truncatedAlerts: z.number().nullish(),
});

const expected =
  'an Alertmanager webhook of version "4": { version: "4", alerts: [{ status: "firing" | "resolved", labels: { … }, annotations: { … }, startsAt, fingerprint }] }, as Alertmanager makes it by itself: remove `payload` from the webhook_config if it has one';

export const alertmanager: AlertSource = {
  name: 'alertmanager',
  signature: plainSignature,
  fansOut: true,
  read(body) {
    const group = groupSchema.safeParse(body);
    if (!group.success) return { ok: false, expected, came: whatCame(body, z.prettifyError(group.error), 'Alertmanager') };
    const { alerts: entries, status, externalURL, truncatedAlerts } = group.data;
    const { alerts, ignored } = readAlertList(entries, { status, links: [externalURL] });
    if (alerts.length === 0 && ignored.length > 0) return { ok: false, expected, came: ignored[0]?.reason ?? '' };
    return { ok: true, alerts, ignored, truncated: truncatedAlerts ?? 0 };
  },
};
