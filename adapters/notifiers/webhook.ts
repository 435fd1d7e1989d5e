import { createHmac } from 'node:crypto';
import { secretRef, textOrSecret } from '../../config/catalog-fields.js';
import { askProvider } from './ask-provider.js';
import { defineNotifier } from './notifier.js';

const timeoutMs = 10_000;

/** What a receiver checks to know that the body is ours and not an old one sent again: HMAC-SHA256 over the time and the raw body. */
function signatureOf(secret: string | undefined, body: string, nowMs: number): Record<string, string> {
  if (secret === undefined) return {};
  const timestamp = String(Math.floor(nowMs / 1000));
  const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-responder-timestamp': timestamp, 'x-responder-signature': `sha256=${digest}` };
}

/** Posts a message as JSON. `deliveryId` is also sent as `Idempotency-Key`, so that a receiver can drop repeats. Throws as `askProvider` does. */
async function post(to: { url: string; secret?: string | undefined }, message: { deliveryId: string }, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify(message);
  const headers = { 'idempotency-key': message.deliveryId, ...signatureOf(to.secret, body, Date.now()) };
  await askProvider({ provider: 'the webhook', url: to.url, headers, body, timeoutMs }, signal);
}

export const webhook = defineNotifier({
  kind: 'webhook',
  title: 'posts the message as JSON, signed when it has a secret',
  fields: { url: textOrSecret, secret: secretRef.optional() },
  send: (to, notification, signal) => post(to, notification, signal),
  deliver: async (to, message, signal) => {
    // Its contract has exactly the other fields.
    const { acknowledgedBy: _, ...told } = message;
    await post(to, told, signal);
    return null;
  },
});
