// A library's loan desk: Fastify and the `postgres` driver. The list of a reader's loans filters and sorts without an index.
import Fastify from 'fastify';
import postgres from 'postgres';

const sql = postgres(process.argv[2], { max: 8 });
const app = Fastify();
app.get('/readers/:reader/loans', async (request) => {
  const reader = Number(request.params.reader);
  return await sql`select loan_id, title, due_on from loans where reader_id = ${reader} and returned = false order by due_on desc limit 20`;
});
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
