// Downloads: every answer is packed on the way, at the highest level and on the thread that serves all requests.
import Fastify from 'fastify';
import { gzipSync } from 'node:zlib';

const page = Array.from(
  { length: 9000 },
  (_, index) => `${index};${(index * 2654435761) % 4294967296};${'abcdefgh'.slice(index % 8)}`,
).join('\n');
const app = Fastify();
app.get('/export.csv', (_request, reply) => {
  reply.header('content-encoding', 'gzip').send(gzipSync(page, { level: 9 }));
});
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
