import { httpUrl, secretRef } from '../../config/catalog-fields.js';
import { pagerDutyEvent, pagerDutyNotification, type PagerDutyEvent } from '../../core/command/communication/pagerduty-event.js';
import { askProvider } from './ask-provider.js';
import { defineNotifier } from './notifier.js';

const timeoutMs = 8000;

interface PagerDutySettings {
  routingKey: string;
  api?: string | undefined;
}

/** Safe to repeat: PagerDuty keeps one incident per `dedup_key`. 202 is taken, 400 a broken event, 429 too many. */
async function enqueue(
  { api = 'https://events.pagerduty.com' }: PagerDutySettings,
  event: PagerDutyEvent | null,
  signal: AbortSignal,
): Promise<string | null> {
  if (event === null) return null;
  await askProvider({ provider: 'PagerDuty', url: new URL('/v2/enqueue', api).href, body: event, timeoutMs }, signal);
  return event.dedup_key;
}

export const pagerduty = defineNotifier({
  kind: 'pagerduty',
  title: 'triggers, acknowledges and resolves one incident there per incident here (Events v2)',
  fields: { routingKey: secretRef, api: httpUrl.optional() },
  send: async (to, notification, signal) => {
    await enqueue(to, pagerDutyNotification(to.routingKey, notification), signal);
  },
  deliver: (to, message, signal) => enqueue(to, pagerDutyEvent(to.routingKey, message), signal),
});
