import { createHmac } from 'node:crypto';
import { secretRef, textOrSecret } from '../../config/catalog-fields.js';
import { ProgramFailedError } from '../../core/model/errors.js';
import { defineNotifier } from './notifier.js';

const timeoutMs = 10_000;

function failed(message: string, retryable: boolean, exitCode: number | null, cause?: unknown): ProgramFailedError {
  return new ProgramFailedError({ program: 'webhook', exitCode, message, retryable }, { cause });
}

/** What a receiver checks to know that the body is ours and not an old one sent again: HMAC-SHA256 over the time and the raw body. */
function signatureOf(secret: string | undefined, body: string, nowMs: number): Record<string, string> {
  if (secret === undefined) return {};
  const timestamp = String(Math.floor(nowMs / 1000));
  const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-responder-timestamp': timestamp, 'x-responder-signature': `sha256=${digest}` };
}

/**
 * Posts a message as JSON. `deliveryId` is also sent as `Idempotency-Key`, so that a receiver can drop repeats. Redirects are not followed: only
 * the address in the catalog is told anything. Throws ProgramFailedError, retryable unless the receiver refused it (4xx other than 408 and 429).
 * The address may hold a secret and is in no message.
 */
async function post(to: { url: string; secret?: string | undefined }, message: { deliveryId: string }, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify(message);
  let response: Response;
  try {
    response = await fetch(to.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'perf-incident-responder',
        'idempotency-key': message.deliveryId,
        ...signatureOf(to.secret, body, Date.now()),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
  } catch (error) {
    signal.throwIfAborted();
    throw failed('the webhook could not be reached; check its address and the network', true, null, error);
  }
  await response.body?.cancel();
  if (response.ok) return;
  const { status } = response;
  const isRetryable = status >= 500 || status === 408 || status === 429;
  throw failed(
    `the webhook answered ${status}, expected 2xx; ${isRetryable ? 'it is tried again' : 'check its address and what it accepts'}`,
    isRetryable,
    status,
  );
}

export const webhook = defineNotifier({
  kind: 'webhook',
  title: 'posts the message as JSON, signed when it has a secret',
  fields: { url: textOrSecret, secret: secretRef.optional() },
  send: (to, notification, signal) => post(to, notification, signal),
  deliver: async (to, message, signal) => {
    await post(to, message, signal);
    return null;
  },
});
