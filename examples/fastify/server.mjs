// GET /search?q=red: the ten dearest products whose name holds a word.
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
const app = Fastify();

app.get('/search', async (request) => {
  const word = String(request.query.q ?? '');
  const { rows } = await pool.query(
    "SELECT id, name, price FROM products WHERE lower(name) LIKE '%' || $1 || '%' ORDER BY price DESC LIMIT 10",
    [word],
  );
  return rows;
});

const address = await app.listen({ port: Number(process.env.PORT ?? 8080), host: '127.0.0.1' });
console.log(`shop listens on ${address}`);
