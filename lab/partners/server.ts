import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const usage = `Stands for a service of somebody else: answers any GET after a fixed time.
  node server.js [--host 127.0.0.1] [--port 0] [--answer-after-ms 5] [--at-once N]
With --at-once it works on so many requests at a time, and on the others in turn, wanted or not.
PUT /pace with {"answerAfterMs": 5, "atOnce": null} changes both for the requests that come then.
It prints {"port": N} when it is ready.
`;

const paceSchema = z.object({ answerAfterMs: z.number(), atOnce: z.number().nullable() });

function start(): void {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'answer-after-ms': { type: 'string', default: '5' },
      'at-once': { type: 'string', default: '100000' },
      host: { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  let answerAfterMs = Number(values['answer-after-ms']);
  let inTurn = limitTo(Number(values['at-once']));
  const changePace = async (request: IncomingMessage): Promise<void> => {
    const pace = paceSchema.parse(await json(request));
    answerAfterMs = pace.answerAfterMs;
    inTurn = limitTo(pace.atOnce ?? Infinity);
  };
  const server = createServer((request, response) => {
    if (request.method === 'PUT' && request.url === '/pace') {
      void changePace(request).then(
        () => response.writeHead(204).end(),
        (error: unknown) => response.writeHead(400).end(String(error)),
      );
      return;
    }
    inTurn((done) => {
      setTimeout(() => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ path: request.url, ok: true }));
        done();
      }, answerAfterMs);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(Number(values.port), values.host, () => {
    const address = server.address();
    process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' && address !== null ? address.port : 0 })}\n`);
  });
  process.once('SIGTERM', () => process.exit(0));
  process.once('SIGINT', () => process.exit(0));
}

/** Runs at most `limit` jobs at a time, in the order in which they came. */
function limitTo(limit: number): (job: (done: () => void) => void) => void {
  const waiting: ((done: () => void) => void)[] = [];
  let running = 0;
  const next = (): void => {
    const job = running < limit ? waiting.shift() : undefined;
    if (job === undefined) return;
    running += 1;
    job(() => {
      running -= 1;
      next();
    });
  };
  return (job) => {
    waiting.push(job);
    next();
  };
}

start();
