import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

/** Stands for a service of somebody else: answers any GET after a fixed time. Prints `{"port": N}` when it is ready. */
function start(): void {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'answer-after-ms': { type: 'string', default: '5' },
      host: { type: 'string', default: '127.0.0.1' },
    },
  });
  const answerAfterMs = Number(values['answer-after-ms']);
  const server = createServer((request, response) => {
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ path: request.url, ok: true }));
    }, answerAfterMs);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(Number(values.port), values.host, () => {
    const address = server.address();
    process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' && address !== null ? address.port : 0 })}\n`);
  });
  process.once('SIGTERM', () => process.exit(0));
  process.once('SIGINT', () => process.exit(0));
}

start();
