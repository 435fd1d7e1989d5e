// Documents of a folder: every request reads them all, in the thread of all requests.
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';

const folder = mkdtempSync(join(tmpdir(), 'guest-documents-'));
for (let number = 0; number < 400; number++) writeFileSync(join(folder, `${number}.txt`), 'x'.repeat(20_000));
process.once('SIGTERM', () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});

function firstLines() {
  const lines = [];
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    lines.push({ name, bytes: statSync(path).size, start: readFileSync(path, 'utf8').slice(0, 10) });
  }
  return lines;
}

const server = Fastify();
server.get('/documents', () => ({ documents: firstLines().length }));
await server.listen({ port: 0, host: '127.0.0.1' });
console.log(server.server.address().port);
