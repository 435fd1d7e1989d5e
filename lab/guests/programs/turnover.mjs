// Turnover by region: one statement that reads all sales and adds them up. No index would help it.
import Fastify from 'fastify';
import postgres from 'postgres';

const sql = postgres(process.argv[2], { max: 8 });
const app = Fastify();
app.get(
  '/turnover',
  async () => await sql`select region, count(*), sum(amount), avg(amount * quantity) from sales group by region order by 3 desc`,
);
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
