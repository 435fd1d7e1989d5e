import { httpUrl, secretRef, text, textOrSecret } from '../../config/catalog-fields.js';
import { incidentCard, triageCard } from '../../core/command/communication/card.js';
import { slackMessage } from '../../core/command/communication/slack-message.js';
import { ProgramFailedError } from '../../core/model/errors.js';
import { askProvider } from './ask-provider.js';
import { defineNotifier } from './notifier.js';
import { postOnce, type SlackPost } from './slack-bot.js';

interface SlackSettings {
  url?: string | undefined;
  token?: string | undefined;
  channel?: string | undefined;
  user?: string | undefined;
  api?: string | undefined;
}

const webhookTimeoutMs = 8000;

/** An incoming webhook answers `ok` and no ts: it has no threads, and nothing can be read back. */
async function postToWebhook(url: string, { message }: SlackPost, signal: AbortSignal): Promise<null> {
  const answer = (await askProvider({ provider: 'Slack', url, body: message, timeoutMs: webhookTimeoutMs }, signal)).trim();
  if (answer === 'ok') return null;
  const told = 'the incoming webhook of Slack did not answer ok; check that its address is one of an incoming webhook';
  throw new ProgramFailedError({ program: 'Slack', exitCode: null, message: told, retryable: false });
}

function tell(to: SlackSettings, post: SlackPost, signal: AbortSignal): Promise<string | null> {
  const { url, token, channel, user, api = 'https://slack.com' } = to;
  if (url !== undefined) return postToWebhook(url, post, signal);
  const place = user === undefined ? { channel: channel ?? '' } : { user };
  return postOnce({ token: token ?? '', api }, place, post, signal);
}

function check(entry: Record<string, unknown>): { expected: string; fix: string } | null {
  const has = (key: string): boolean => entry[key] !== undefined;
  if (has('url') && !has('channel') && !has('user')) return null;
  if (has('url') || has('channel') === has('user'))
    return {
      expected: 'exactly one of url, channel, user',
      fix: 'write e.g. channel: "#incidents" with a token, or the url of an incoming webhook',
    };
  if (has('token')) return null;
  return { expected: 'a token', fix: 'write e.g. token: { env: SLACK_TOKEN }, here or at a slack receiver of incidents.notify' };
}

export const slack = defineNotifier({
  kind: 'slack',
  title: 'writes into a channel or to a person as a bot, one thread per incident, or through an incoming webhook',
  fields: {
    url: textOrSecret.optional(),
    token: secretRef.optional(),
    channel: text('a channel', 'write e.g. channel: "#incidents"').optional(),
    user: text('the id of a Slack user', 'write e.g. user: U0BOB', (value) => /^[UW][A-Z0-9]+$/.test(value)).optional(),
    api: httpUrl.optional(),
  },
  inherit: ({ receivers }, entry) => {
    if (entry['url'] !== undefined || entry['token'] !== undefined) return {};
    const bot = receivers.find(({ kind, token }) => kind === 'slack' && token !== undefined);
    return bot === undefined ? {} : { token: bot['token'], ...(bot['api'] === undefined ? {} : { api: bot['api'] }) };
  },
  check,
  send: async (to, notification, signal) => {
    const { deliveryId, incidentId } = notification;
    await tell(to, { deliveryId, thread: incidentId ?? deliveryId, message: slackMessage(triageCard(notification)) }, signal);
  },
  deliver: (to, message, signal) =>
    tell(to, { deliveryId: message.deliveryId, thread: message.incidentId, message: slackMessage(incidentCard(message)) }, signal),
});
