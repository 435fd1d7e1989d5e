// GET /search?q=red: the twenty dearest products whose name holds a word.
import express from 'express';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
const app = express();

app.get('/search', async (request, response) => {
  const word = String(request.query.q ?? '');
  const { rows } = await pool.query(
    "SELECT id, name, price FROM products WHERE lower(name) LIKE '%' || $1 || '%' ORDER BY price DESC LIMIT 20",
    [word],
  );
  response.json(rows);
});

const server = app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`shop listens on http://127.0.0.1:${server.address().port}`);
});
