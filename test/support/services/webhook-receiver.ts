import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  at: number;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: {
    event: string;
    deliveryId: string;
    person: string | null;
    level: string | null;
    title: string;
    text: string;
    [key: string]: unknown;
  };
}

/**
 * A receiver that keeps what it took. It refuses what the contract forbids: no JSON, another version, an idempotency key that is not the delivery's,
 * a signature that is wrong. `answer` decides by path how it misbehaves.
 */
export async function startReceiver(secret: string, answer: (path: string, nth: number) => number = () => 200) {
  const received: Received[] = [];
  const problems: string[] = [];
  const calls = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      const path = request.url ?? '';
      const nth = (calls.get(path) ?? 0) + 1;
      calls.set(path, nth);
      const body = JSON.parse(raw) as Received['body'];
      if (body['version'] !== 1) problems.push(`version ${String(body['version'])}`);
      if (request.headers['idempotency-key'] !== body.deliveryId) problems.push('the idempotency key is not the delivery');
      const { 'x-responder-timestamp': time, 'x-responder-signature': signature } = request.headers;
      const expected = `sha256=${createHmac('sha256', secret)
        .update(`${String(time)}.${raw}`)
        .digest('hex')}`;
      if (path.startsWith('/signed') && signature !== expected) problems.push('wrong signature');
      const status = answer(path, nth);
      if (status < 300) received.push({ at: Date.now(), path, headers: request.headers, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    problems,
    calls,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
