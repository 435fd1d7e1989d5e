// A newcomer's first service: Express, a pool of five, and a search by a word anywhere in the name, dearest first.
import express from 'express';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.argv[2], max: 5 });
const app = express();
app.get('/products', async (request, response) => {
  const word = String(request.query.q ?? '').toLowerCase();
  const { rows } = await pool.query('SELECT id, name, price FROM products WHERE lower(name) LIKE $1 ORDER BY price DESC LIMIT 20', [
    `%${word}%`,
  ]);
  response.json(rows);
});
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
