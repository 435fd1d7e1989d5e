import { createServer, type IncomingMessage, type Server } from 'node:http';

export interface HttpTarget {
  url: string;
  /** Requests that came in, oldest first. */
  seen: { at: number; method: string; path: string; authorization: string | undefined; body: string }[];
  close: () => Promise<void>;
}

/** A service on loopback that answers after a while: `/slow` 120 ms, `/fail` 500, `/moved` a redirect, everything else 2 ms. */
export async function startHttpTarget(): Promise<HttpTarget> {
  const seen: HttpTarget['seen'] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const path = request.url ?? '';
      seen.push({ at: performance.now(), method: request.method ?? '', path, authorization: request.headers.authorization, body });
      setTimeout(
        () => {
          if (path.startsWith('/moved')) response.setHeader('location', '/slow');
          response.statusCode = path.startsWith('/fail') ? 500 : path.startsWith('/moved') ? 302 : 200;
          response.end('ok');
        },
        path.startsWith('/slow') ? 120 : 2,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${portOf(server)}`, seen, close: async () => await close(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the target has no port');
  return address.port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
