import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { webhook } from '../../../adapters/notifiers/webhook.js';
import type { Notification } from '../../../core/model/notification.js';
import { ProgramFailedError } from '../../../core/model/errors.js';

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Answers every request with one status, and tells what came. */
async function receiver(
  status: number,
  headers: Record<string, string> = {},
): Promise<{ url: string; received: { request: IncomingMessage; body: string }[] }> {
  const received: { request: IncomingMessage; body: string }[] = [];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ request, body });
      response.writeHead(status, headers).end('ok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/hook?token=s3cret`, received };
}

const quiet = new AbortController().signal;
const notification: Notification = {
  version: 1,
  event: 'ended',
  deliveryId: 'i-1',
  incidentId: 'i-1',
  bisectId: null,
  service: 'shop',
  endpoint: 'orders',
  outcome: 'localized',
  headline: 'shop/orders - ended',
  text: 'It ended.',
  fields: [],
  reportUrl: null,
};

const sendWebhook = (url: string, sent: Notification, signal: AbortSignal): Promise<void> => webhook.send({ url }, sent, signal);

describe('the webhook notifier', () => {
  it('posts the notification with its delivery id as idempotency key', async () => {
    const { url, received } = await receiver(204);
    await sendWebhook(url, notification, quiet);
    expect(received.map(({ request, body }) => [request.method, request.headers['idempotency-key'], JSON.parse(body) as unknown])).toEqual([
      ['POST', 'i-1', notification],
    ]);
  });

  it.each([
    [503, true],
    [429, true],
    [401, false],
    [302, false],
  ])('an answer of %i is retried: %s, and never tells the address', async (status, retryable) => {
    const { url } = await receiver(status, { location: 'http://127.0.0.1:1/elsewhere' });
    const failure = await sendWebhook(url, notification, quiet).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProgramFailedError);
    expect(failure).toMatchObject({ retryable, exitCode: status });
    expect(String(failure)).not.toContain('s3cret');
  });

  it('a receiver that is not there is retried', async () => {
    await expect(sendWebhook('http://127.0.0.1:1/?token=s3cret', notification, quiet)).rejects.toMatchObject({ retryable: true });
  });
});
