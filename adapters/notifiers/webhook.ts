import { textOrSecret } from '../../config/catalog-fields.js';
import { ProgramFailedError } from '../../core/model/errors.js';
import { defineNotifier } from './notifier.js';

const timeoutMs = 10_000;

function failed(message: string, retryable: boolean, exitCode: number | null, cause?: unknown): ProgramFailedError {
  return new ProgramFailedError({ program: 'webhook', exitCode, message, retryable }, { cause });
}

/**
 * Posts a notification as JSON. `notification.deliveryId` is also sent as `Idempotency-Key`, so that a receiver can drop repeats.
 * Redirects are not followed: only the address in the catalog is told anything. Throws ProgramFailedError, retryable unless the receiver
 * refused it (4xx other than 408 and 429). The address may hold a secret and is in no message.
 */
async function post(url: string, notification: { deliveryId: string }, signal: AbortSignal): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', 'user-agent': 'perf-incident-responder', 'idempotency-key': notification.deliveryId },
      body: JSON.stringify(notification),
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
  title: 'posts the notification as JSON',
  fields: { url: textOrSecret },
  send: ({ url }, notification, signal) => post(url, notification, signal),
});
