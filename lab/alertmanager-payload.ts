import { createHash } from 'node:crypto';

export interface FiringAlert {
  service: string;
  endpoint: string;
  /** `p95 900ms`: what the monitoring claims to have seen. */
  symptom: string;
  startsAt: string;
}

/** What Prometheus Alertmanager (webhook version "4") sends when `alert` starts firing. */
export function alertmanagerPayload(alert: FiringAlert): Record<string, unknown> {
  const labels = { alertname: 'HighLatency', service: alert.service, endpoint: alert.endpoint, severity: 'page' };
  const annotations = { summary: `${alert.endpoint} of ${alert.service} is slow: ${alert.symptom}`, symptom: alert.symptom };
  return {
    version: '4',
    groupKey: `{}:{alertname="HighLatency", endpoint="${alert.endpoint}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'perf-responder',
    groupLabels: { alertname: 'HighLatency', endpoint: alert.endpoint },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: 'http://alertmanager.example',
    alerts: [
      {
        status: 'firing',
        labels,
        annotations,
        startsAt: alert.startsAt,
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus.example/graph',
        fingerprint: createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16),
      },
    ],
  };
}
