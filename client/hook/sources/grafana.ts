/** Grafana Alerting webhook, version "1": https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/ */
import { z } from 'zod';
import { readAlertList } from './alert-group.js';
import { whatCame } from './recognise.js';
import type { SignatureScheme } from './signature.js';
import type { AlertSource } from './source.js';

/** The header into which Grafana's contact point is told to put its time stamp; it has no default name. */
const timestampHeader = 'x-grafana-alerting-timestamp';
/** As much as clocks may differ and a delivery may take. A recorded delivery that is sent again later is refused. */
const toleranceMs = 5 * 60_000;

/** Over the body, or over `<unix seconds>:` and the body where the contact point names a time stamp header. */
const grafanaSignature: SignatureScheme = {
  header: 'x-grafana-alerting-signature',
  parse: (header) => [/^(?:sha256=)?([0-9a-f]{64})$/i.exec(header.trim())?.[1] ?? []].flat(),
  signedBefore: (headers, nowMs) => {
    const stamp = [headers[timestampHeader]].flat()[0];
    if (stamp === undefined) return '';
    const isFresh = /^\d{1,12}$/.test(stamp) && Math.abs(Number(stamp) * 1000 - nowMs) <= toleranceMs;
    return isFresh ? `${stamp}:` : null;
  },
};

const groupSchema = z.object({
  version: z.literal('1'),
  status: z.unknown().optional(),
  alerts: z.array(z.unknown()),
  externalURL: z.string().nullish(),
  truncatedAlerts: z.number().nullish(),
});

const expected =
  'a Grafana Alerting webhook of version "1": { version: "1", orgId, alerts: [{ status: "firing" | "resolved", labels: { … }, annotations: { … }, startsAt, fingerprint }] }';

export const grafana: AlertSource = {
  name: 'grafana',
  signature: grafanaSignature,
  fansOut: true,
  read(body) {
    const group = groupSchema.safeParse(body);
    if (!group.success) return { ok: false, expected, came: whatCame(body, z.prettifyError(group.error), 'Grafana Alerting') };
    const { alerts: entries, status, externalURL, truncatedAlerts } = group.data;
    const { alerts, ignored } = readAlertList(entries, { status, links: [externalURL] });
    if (alerts.length === 0 && ignored.length > 0) return { ok: false, expected, came: ignored[0]?.reason ?? '' };
    return { ok: true, alerts, ignored, truncated: truncatedAlerts ?? 0 };
  },
};
