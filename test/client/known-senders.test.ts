import { expect, it } from 'vitest';
import { alertSources } from '../../client/hook/sources/registry.js';

const came = (source: string, body: unknown): string => {
  const read = alertSources.find(({ name }) => name === source)?.read(body);
  return read === undefined || read.ok ? 'was read' : read.came;
};

const essentials = { alertRule: 'r', severity: 'Sev1', monitorCondition: 'Fired' };
/** Bodies of the senders' documentation and of public receivers, shortened to what tells whose they are. */
const bodies: [sender: RegExp, body: unknown][] = [
  [
    /Grafana OnCall.*\/alerts\/grafana/,
    { event: { type: 'alert group created' }, alert_group: { id: 'I1' }, alert_payload: { title: 't' } },
  ],
  [/PagerDuty's Events API.*v3 webhook/, { routing_key: 'k', event_action: 'trigger', dedup_key: 'd', payload: { summary: 's' } }],
  [/PagerDuty's Events API/, { service_key: 'k', event_type: 'trigger', incident_key: 'Response Time Abnormal', details: {} }],
  [/PagerDuty \(v2\)/, { messages: [{ event: 'incident.trigger', log_entries: [], incident: { id: 'PRORDTY', incident_number: 33 } }] }],
  [/New Relic/, { account_id: 1, condition_name: 'c', policy_name: 'p', current_state: 'open', incident_id: 3 }],
  [
    /Amazon SNS/,
    { Type: 'SubscriptionConfirmation', TopicArn: 'arn:aws:sns:x', Message: 'You have chosen to subscribe', SubscribeURL: 'u' },
  ],
  [/Amazon SNS/, { Records: [{ EventSource: 'aws:sns', Sns: { Message: '{}' } }] }],
  [/CloudWatch/, { AlarmName: 'a', NewStateReason: 'Threshold Crossed', StateChangeTime: '2020.01.01' }],
  [/CloudWatch/, { Message: { AlarmName: 'HighCPUUsage', MetricName: 'CPUUtilization' } }],
  [/CloudWatch/, { version: '0', source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change', detail: { alarmName: 'a' } }],
  [
    /Datadog over Amazon EventBridge.*webhook integration post to \/alerts\/datadog/,
    { version: '0', source: 'aws.partner/datadog.com/12345', 'detail-type': 'Datadog Alert Notification', detail: { alert_type: 'error' } },
  ],
  [/Amazon EventBridge/, { version: '0', source: 'aws.health', 'detail-type': 'AWS Health Event', detail: { service: 'EC2' } }],
  [/Statuspage/, { meta: { unsubscribe: 'u' }, page: { id: 'p' }, incident: { name: 'n' } }],
  [/Jira/, { timestamp: 1, webhookEvent: 'jira:issue_created', issue: { key: 'A-1' } }],
  [/incident\.io/, { event_type: 'public_incident.incident_created_v2', 'public_incident.incident_created_v2': { id: 'x' } }],
  [/Instana/, { issue: { id: 'i', type: 'issue', state: 'OPEN', severity: 10, text: 't' } }],
  [/Graylog/, { event_definition_id: 'x', event_definition_title: 't', event: { id: '1', priority: 2 }, backlog: [] }],
  [/Sensu/, { entity: { metadata: { name: 'h' } }, check: { status: 2, output: 'o' } }],
  [/Flux/, { involvedObject: { kind: 'Kustomization' }, severity: 'error', reason: 'r', message: 'm' }],
  [/Falco/, { output: 'o', priority: 'Warning', rule: 'r', time: 't', output_fields: {} }],
  [/Cloudflare/, { name: 'n', text: 't', ts: 1, account_id: 'a', policy_id: 'p', alert_type: 'health_check_status_notification' }],
  [/Site24x7.*its own template/, { MONITORNAME: 'm', STATUS: 'DOWN', INCIDENT_REASON: 'r' }],
  [/Nagios or Icinga/, { NOTIFICATIONTYPE: 'PROBLEM', HOSTNAME: 'h', SERVICESTATE: 'CRITICAL' }],
  [/Sumo Logic/, { AlertName: 'x', Query: 'q', TriggerType: 'Critical' }],
  [/Rollbar/, { event_name: 'new_item', data: { item: { id: 1 } } }],
  [/Bugsnag/, { account: { id: 'a' }, project: { name: 'p' }, trigger: { type: 'projectSpiking' }, error: { message: 'm' } }],
  [/Honeybadger/, { event: 'occurred', message: 'm', project: { id: 1 }, fault: { id: 1 } }],
  [/a CloudEvent/, { specversion: '1.0', type: 'x', source: 's', id: '1', data: {} }],
  [/several alerts, a list.*post each of them by itself/, [{ service: 'a', endpoint: 'b' }]],
  [/Azure Monitor/, { schemaId: 'AzureMonitorMetricAlert', data: { status: 'Activated', context: {} } }],
  [/Azure Monitor/, { schemaId: 'Microsoft.Insights/activityLogs', data: {} }],
  [/Azure Monitor/, { id: '/subscriptions/demo', properties: { essentials } }],
  [/Azure Monitor/, { data: { essentials } }],
  [/Google Cloud Monitoring/, { incident: { incident_id: '0.m', policy_name: 'p', state: 'open' }, version: '1.2' }],
  [/Zabbix/, { trigger_id: '1', event_id: '2', host: 'h', severity: 'High' }],
  [/Zabbix/, { sendto: 'ops', subject: 'Problem: High CPU', message: 'm' }],
  [/SignalFx/, { detector: 'd', detectorUrl: 'u', incidentId: 'i', severity: 'Critical', statusExtended: 'anomalous' }],
  [/VictorOps/, { message_type: 'CRITICAL', entity_id: 'disk/h', state_message: 's' }],
  [/Honeycomb/, { version: 'v0.1.0', shared_secret: 'x', name: 'n', trigger_url: 'u', status: 'TRIGGERED' }],
  [/Kapacitor/, { id: 'cpu', message: 'm', level: 'CRITICAL', previousLevel: 'OK', data: {} }],
  [/InfluxDB/, { _check_id: '1', _check_name: 'c', _level: 'crit', _message: 'm' }],
  [/Checkly.*its own template/, { event: 'e', alert_type: 'ALERT_FAILURE', check_name: 'c', check_id: '1', check_result_id: '2' }],
  [/Pingdom/, { check_id: 1, check_name: 'c', current_state: 'DOWN', previous_state: 'UP', importance_level: 'HIGH' }],
  [
    /Uptime Kuma.*\/alerts\/generic/,
    { heartbeat: { monitorID: 7, status: 0, msg: 'Timeout' }, monitor: { id: 7, name: 'API' }, msg: '[API] [Down]' },
  ],
  [/UptimeRobot/, { monitorID: '1', monitorFriendlyName: 'n', alertType: '1', alertTypeFriendlyName: 'Down' }],
  [/Better Stack/, { data: { id: '1', type: 'incident', attributes: { name: 'n', cause: 'c' } } }],
  [/GitHub/, { action: 'created', repository: { id: 1 }, sender: { login: 'x' } }],
  [/GitLab/, { object_kind: 'pipeline', project: {} }],
  [/Microsoft Teams/, { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: {} }] }],
  [/Microsoft Teams/, { '@type': 'MessageCard', '@context': 'http://schema.org/extensions', text: 't' }],
  [/Discord/, { username: 'u', content: 'c', embeds: [{ title: 't' }] }],
  [/Slack/, { channel: '#ops', attachments: [{ color: 'danger', text: 't' }] }],
  [
    /Prometheus gives them to Alertmanager.*webhook to \/alerts\/alertmanager/,
    [{ labels: { alertname: 'A' }, annotations: {}, startsAt: 't', generatorURL: 'u' }],
  ],
  [/a list of Datadog.*take the brackets off/, [{ title: 't', tags: 'service:shop', alert_transition: 'Triggered', alert_id: '1' }]],
  [/Azure Event Grid/, [{ id: '1', eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', topic: 't', subject: 's', data: {} }]],
];

it.each(bodies)('names the sender and what to send instead: %s', (sender, body) => {
  for (const source of ['generic', 'alertmanager']) expect(came(source, body)).toMatch(sender);
});

it('tells the keys of a list that nobody is known to send', () => {
  expect(came('generic', [{ colour: 'red', size: 3 }])).toBe('a list, no JSON object; its first entry has the keys colour, size');
  expect(came('generic', ['text'])).toBe('a list, no JSON object');
});

it.each([
  ['alertmanager', { version: '4', status: 'firing', alerts: [{ status: 'firing', labels: { alertname: 'A' } }] }],
  [
    'grafana',
    {
      receiver: '',
      status: 'firing',
      version: '1',
      orgId: 1,
      appVersion: '13.0.1',
      alerts: [
        { labels: { alertname: 'TestAlert' }, values: null, valueString: [{ var: 'A' }], startsAt: '2024-09-19T02:31:42.985255201Z' },
      ],
    },
  ],
  [
    'pagerduty',
    {
      event: {
        id: '1',
        event_type: 'pagey.ping',
        resource_type: 'pagey',
        data: { message: 'Hello from your friend Pagey!', type: 'ping' },
      },
    },
  ],
  ['pagerduty', { event: { event_type: 'incident.triggered', data: { id: 'PD-9', title: 'cart latency', service: { summary: 'cart' } } } }],
  [
    'datadog',
    {
      body: 'b',
      last_updated: '1',
      event_type: 'query_alert_monitor',
      title: '[Triggered on {host:a}] CPU',
      date: '1700000000000',
      org: { id: '1' },
      id: '2',
    },
  ],
  ['datadog', { alert_id: 123, alert_title: 'Test Alert', alert_transition: 'triggered', tags: ['service:shop', 'env:prod'] }],
])('reads what %s sends by itself', (source, body) => {
  expect(came(source, body)).toBe('was read');
});
