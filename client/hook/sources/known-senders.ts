/** Recognises the sender of a body that its source cannot read. The shapes are those of the senders' documentation. */
export interface Sender {
  name: string;
  /** What to send instead. */
  advice: string;
  isIts: (body: Record<string, unknown>) => boolean;
}

const generic = 'post { service, endpoint, symptom?, status? } to /alerts/generic from a template or a small script of yours';

/** Tools that show the body which they will send in a template of the user's own. */
const fromTemplate =
  'write { "service": "…", "endpoint": "…", "status": "firing" } as its body in its own template, and post it to /alerts/generic';

const has =
  (...keys: string[]) =>
  (body: Record<string, unknown>): boolean =>
    keys.every((key) => key in body);

/** In this order: those whose keys are few come after those that have these keys among others. */
export const senders: readonly Sender[] = [
  {
    name: "Grafana's legacy alerting",
    advice: 'switch to Grafana Alerting (unified, since Grafana 9) and post its webhook to /alerts/grafana',
    isIts: (body) => 'evalMatches' in body || has('ruleId', 'ruleName')(body),
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
  {
    name: 'Grafana OnCall',
    advice: 'let Grafana Alerting post its webhook to /alerts/grafana beside OnCall',
    isIts: (body) => 'alert_group' in body && ('alert_payload' in body || 'event' in body),
  },
  { name: 'PagerDuty (v3)', advice: 'post it to /alerts/pagerduty', isIts: ({ event }) => isRecord(event) && 'event_type' in event },
  {
    name: 'PagerDuty (v2)',
    advice: 'make a v3 webhook subscription and post it to /alerts/pagerduty',
    isIts: ({ messages }) => Array.isArray(messages) && isRecord(messages[0]) && 'incident' in messages[0],
  },
  {
    name: "an event for PagerDuty's Events API",
    advice: 'let the sender post to PagerDuty, and make a v3 webhook subscription there that posts to /alerts/pagerduty',
    isIts: (body) => ('event_action' in body && ('routing_key' in body || 'dedup_key' in body)) || has('service_key', 'event_type')(body),
  },
  {
    name: 'Datadog over Amazon EventBridge',
    advice: "let Datadog's webhook integration post to /alerts/datadog: its event on the bus does not tell what became of the monitor",
    isIts: ({ source }) => typeof source === 'string' && source.startsWith('aws.partner/datadog'),
  },
  {
    name: 'Datadog',
    advice: 'post it to /alerts/datadog',
    isIts: (body) => 'alert_transition' in body || 'alert_cycle_key' in body || has('last_updated', 'event_type')(body),
  },
  { name: 'Opsgenie', advice: generic, isIts: ({ action, alert }) => typeof action === 'string' && isRecord(alert) && 'tinyId' in alert },
  {
    name: 'New Relic',
    advice: generic,
    isIts: (body) =>
      'issueUrl' in body ||
      has('alertPolicyNames', 'impactedEntities')(body) ||
      has('condition_name', 'policy_name', 'current_state')(body),
  },
  {
    name: 'Sentry',
    advice: generic,
    isIts: ({ project_slug: slug, event, data, action }) =>
      (slug !== undefined && isRecord(event)) ||
      (typeof action === 'string' && isRecord(data) && ('issue' in data || 'event' in data || 'metric_alert' in data)),
  },
  { name: 'Amazon SNS', advice: generic, isIts: (body) => has('TopicArn', 'Message')(body) || isOfLambda(body) },
  { name: 'an Amazon CloudWatch alarm', advice: generic, isIts: isOfCloudWatch },
  { name: 'Amazon EventBridge', advice: generic, isIts: has('detail-type', 'source', 'detail') },
  {
    name: 'Azure Monitor',
    advice: generic,
    isIts: ({ schemaId, data, properties }) =>
      (typeof schemaId === 'string' && /^(?:azureMonitor|Microsoft\.Insights)/i.test(schemaId)) ||
      [data, properties].some((part) => isRecord(part) && isRecord(part['essentials'])),
  },
  { name: 'Google Cloud Monitoring', advice: generic, isIts: ({ incident }) => isRecord(incident) && 'policy_name' in incident },
  { name: 'Dynatrace', advice: generic, isIts: has('ProblemID', 'State') },
  {
    name: 'Zabbix',
    advice: generic,
    isIts: (body) => has('event_source', 'trigger_id')(body) || has('trigger_id', 'event_id')(body) || has('sendto', 'subject')(body),
  },
  { name: 'Splunk', advice: generic, isIts: has('search_name', 'results_link') },
  { name: 'Splunk Observability (SignalFx)', advice: generic, isIts: has('detector', 'incidentId') },
  {
    name: 'VictorOps (Splunk On-Call)',
    advice: generic,
    isIts: (body) => has('message_type', 'entity_id')(body) || has('ALERT', 'INCIDENT')(body),
  },
  { name: 'Honeycomb', advice: generic, isIts: has('shared_secret', 'trigger_url') },
  { name: 'Kapacitor', advice: generic, isIts: has('previousLevel', 'level') },
  { name: 'InfluxDB', advice: generic, isIts: has('_check_id', '_level') },
  { name: 'Checkly', advice: fromTemplate, isIts: (body) => 'check_result_id' in body || has('CHECK_NAME', 'ALERT_TYPE')(body) },
  { name: 'Pingdom', advice: generic, isIts: has('check_id', 'current_state', 'previous_state') },
  {
    name: 'Uptime Kuma',
    advice: fromTemplate,
    isIts: (body) => has('heartbeat', 'monitor')(body) && 'msg' in body,
  },
  { name: 'UptimeRobot', advice: fromTemplate, isIts: (body) => has('monitorID', 'alertType')(body) || 'monitorFriendlyName' in body },
  {
    name: 'Better Stack',
    advice: generic,
    isIts: ({ data }) => isRecord(data) && data['type'] === 'incident' && isRecord(data['attributes']),
  },
  { name: 'Statuspage', advice: generic, isIts: (body) => has('page', 'meta')(body) && ('incident' in body || 'component' in body) },
  { name: 'Jira', advice: generic, isIts: (body) => 'webhookEvent' in body },
  {
    name: 'incident.io',
    advice: generic,
    isIts: ({ event_type: type }) => typeof type === 'string' && /^(?:public|private)_incident\./.test(type),
  },
  { name: 'Instana', advice: generic, isIts: ({ issue }) => isRecord(issue) && has('state', 'text')(issue) },
  { name: 'Graylog', advice: generic, isIts: has('event_definition_id', 'event') },
  {
    name: 'Sensu',
    advice: generic,
    isIts: ({ entity, check }) => isRecord(entity) && isRecord(check) && 'status' in check,
  },
  { name: 'Flux', advice: generic, isIts: has('involvedObject', 'reason') },
  { name: 'Falco', advice: generic, isIts: has('output_fields', 'rule', 'priority') },
  { name: 'Cloudflare', advice: generic, isIts: has('policy_id', 'account_id', 'alert_type') },
  { name: 'Site24x7', advice: fromTemplate, isIts: has('MONITORNAME', 'STATUS') },
  { name: 'Nagios or Icinga', advice: fromTemplate, isIts: has('NOTIFICATIONTYPE', 'HOSTNAME') },
  { name: 'Sumo Logic', advice: fromTemplate, isIts: has('TriggerType', 'AlertName') },
  { name: 'Rollbar', advice: generic, isIts: ({ event_name: name, data }) => typeof name === 'string' && isRecord(data) && 'item' in data },
  { name: 'Bugsnag', advice: generic, isIts: ({ trigger, project }) => isRecord(trigger) && 'type' in trigger && isRecord(project) },
  { name: 'Honeybadger', advice: generic, isIts: has('event', 'fault', 'project') },
  { name: 'a CloudEvent', advice: generic, isIts: has('specversion', 'type', 'source') },
  { name: 'GitHub', advice: generic, isIts: (body) => has('repository', 'sender')(body) || has('zen', 'hook_id')(body) },
  { name: 'GitLab', advice: generic, isIts: (body) => 'object_kind' in body },
  {
    name: 'Microsoft Teams',
    advice: generic,
    isIts: (body) =>
      ['MessageCard', 'AdaptiveCard'].includes(String(body['@type'] ?? body['type'])) || [body['attachments']].flat().some(isCard),
  },
  { name: 'Discord', advice: generic, isIts: (body) => 'embeds' in body },
  { name: 'Slack', advice: generic, isIts: (body) => 'attachments' in body || ('blocks' in body && 'text' in body) },
  {
    name: "a custom payload of Alertmanager's",
    advice: 'remove `payload` from its webhook_config: only the body that Alertmanager makes by itself tells which alerts fire',
    isIts: ({ alerts }) => Array.isArray(alerts),
  },
];

/** What comes as a list. */
export const sendersOfLists: readonly (Omit<Sender, 'isIts'> & { isIts: (first: Record<string, unknown>) => boolean })[] = [
  {
    name: 'alerts as Prometheus gives them to Alertmanager (API v1 or v2)',
    advice: 'name an Alertmanager under `alerting` of Prometheus, and let that post its webhook to /alerts/alertmanager',
    isIts: (first) => isRecord(first['labels']) && ('generatorURL' in first || 'startsAt' in first),
  },
  {
    name: 'a list of Datadog',
    advice: "take the brackets off the template of Datadog's webhook, and post the object to /alerts/datadog",
    isIts: (first) => 'alert_transition' in first || has('alert_id', 'tags')(first),
  },
  { name: 'Azure Event Grid', advice: generic, isIts: has('eventType', 'topic', 'subject') },
  { name: 'several alerts', advice: 'post each of them by itself', isIts: has('service', 'endpoint') },
];

/** SNS gives a text, a function of Lambda gives it in records. */
function isOfLambda({ Records: records }: Record<string, unknown>): boolean {
  return Array.isArray(records) && isRecord(records[0]) && ('Sns' in records[0] || 'EventSource' in records[0]);
}

/** As SNS holds it, bare, and as EventBridge sends it. */
function isOfCloudWatch(body: Record<string, unknown>): boolean {
  const message = isRecord(body['Message']) ? body['Message'] : body;
  return 'AlarmName' in message || body['source'] === 'aws.cloudwatch';
}

function isCard(attachment: unknown): boolean {
  return isRecord(attachment) && 'contentType' in attachment;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
