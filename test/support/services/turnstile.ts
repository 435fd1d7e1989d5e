import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Turnstile {
  origin: string;
  /** Where it leads; set before the first request. */
  upstream: string;
  close: () => void;
}

export interface Passing {
  method: string;
  /** Without its query. */
  path: string;
  body: string;
}

/** Before the receiver has seen the request, or after it has taken it while the sender does not know yet. */
export type Side = 'before' | 'after';

/** Stands before a receiver and tells both sides of each request under the name that `nameOf` gave it when it came, whatever comes in between. */
export async function startTurnstile(
  nameOf: (request: Passing) => string,
  passes: (name: string, side: Side) => Promise<void>,
): Promise<Turnstile> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const [path = '/'] = (request.url ?? '/').split('?');
      const name = nameOf({ method: request.method ?? 'GET', path, body: body.toString('utf8') });
      await passes(name, 'before');
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' && !['host', 'connection', 'content-length', 'transfer-encoding'].includes(name) ? [[name, value]] : [],
      );
      const init = { method: request.method ?? 'GET', headers: Object.fromEntries(headers), ...(body.length === 0 ? {} : { body }) };
      const answer = await fetch(`${turnstile.upstream}${request.url ?? '/'}`, init);
      const content = Buffer.from(await answer.arrayBuffer());
      await passes(name, 'after');
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(content);
    })().catch(() => request.socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const turnstile: Turnstile = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upstream: '',
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return turnstile;
}
