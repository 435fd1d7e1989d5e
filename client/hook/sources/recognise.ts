/** Recognises the sender of a body that its source cannot read. The shapes are those of the senders' documentation. */
interface Sender {
  name: string;
  /** What to send instead. */
  advice: string;
  isIts: (body: Record<string, unknown>) => boolean;
}

const generic = 'post { service, endpoint, symptom?, status? } to /alerts/generic from a template or a small script of yours';

const senders: readonly Sender[] = [
  {
    name: "Grafana's legacy alerting",
    advice: 'switch to Grafana Alerting (unified, since Grafana 9) and post its webhook to /alerts/grafana',
    isIts: (body) => 'evalMatches' in body || ('ruleId' in body && 'ruleName' in body),
  },
  {
    name: 'Grafana Alerting',
    advice: 'post it to /alerts/grafana',
    isIts: (body) => body['version'] === '1' && Array.isArray(body['alerts']),
  },
  {
    name: 'Alertmanager',
    advice: 'post it to /alerts/alertmanager',
    isIts: (body) => body['version'] === '4' && Array.isArray(body['alerts']),
  },
  { name: 'PagerDuty (v3)', advice: 'post it to /alerts/pagerduty', isIts: ({ event }) => isRecord(event) && 'event_type' in event },
  {
    name: 'PagerDuty (v2)',
    advice: 'make a v3 webhook subscription and post it to /alerts/pagerduty',
    isIts: ({ messages }) => Array.isArray(messages) && isRecord(messages[0]) && 'incident' in messages[0],
  },
  {
    name: 'Datadog',
    advice: 'post it to /alerts/datadog',
    isIts: (body) => 'alert_transition' in body || 'alert_cycle_key' in body || ('last_updated' in body && 'event_type' in body),
  },
  { name: 'Opsgenie', advice: generic, isIts: ({ action, alert }) => typeof action === 'string' && isRecord(alert) && 'tinyId' in alert },
  { name: 'New Relic', advice: generic, isIts: (body) => 'issueUrl' in body || ('alertPolicyNames' in body && 'impactedEntities' in body) },
  {
    name: 'Sentry',
    advice: generic,
    isIts: ({ project_slug: slug, event, data, action }) =>
      (slug !== undefined && isRecord(event)) ||
      (typeof action === 'string' && isRecord(data) && ('issue' in data || 'event' in data || 'metric_alert' in data)),
  },
  { name: 'Amazon SNS', advice: generic, isIts: (body) => 'TopicArn' in body && 'Message' in body },
  { name: 'an Amazon CloudWatch alarm', advice: generic, isIts: (body) => 'AlarmName' in body && 'NewStateValue' in body },
  { name: 'Azure Monitor', advice: generic, isIts: ({ schemaId }) => schemaId === 'azureMonitorCommonAlertSchema' },
  { name: 'Google Cloud Monitoring', advice: generic, isIts: ({ incident }) => isRecord(incident) && 'policy_name' in incident },
  { name: 'Dynatrace', advice: generic, isIts: (body) => 'ProblemID' in body && 'State' in body },
  { name: 'Zabbix', advice: generic, isIts: (body) => 'event_source' in body && 'trigger_id' in body },
  { name: 'Splunk', advice: generic, isIts: (body) => 'search_name' in body && 'results_link' in body },
  { name: 'VictorOps (Splunk On-Call)', advice: generic, isIts: (body) => 'message_type' in body && 'entity_id' in body },
  { name: 'Slack', advice: generic, isIts: (body) => 'attachments' in body || ('blocks' in body && 'text' in body) },
  {
    name: "a custom payload of Alertmanager's",
    advice: 'remove `payload` from its webhook_config: only the body that Alertmanager makes by itself tells which alerts fire',
    isIts: ({ alerts }) => Array.isArray(alerts),
  },
];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `a body of Opsgenie (keys action, alert, …); post …`, or what is wrong with it when no sender is recognised. */
export function whatCame(body: unknown, problems: string, self: string): string {
  if (!isRecord(body)) return `${Array.isArray(body) ? 'a list' : typeof body}, no JSON object`;
  const keys = Object.keys(body).slice(0, 8).join(', ').slice(0, 200) || 'none';
  const sender = senders.find(({ name, isIts }) => name !== self && isIts(body));
  return sender === undefined ? `a body with the keys ${keys}:\n${problems}` : `a body of ${sender.name} (keys ${keys}); ${sender.advice}`;
}
