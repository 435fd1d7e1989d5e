// Stock of an item: a transaction over two statements, and between them the warehouse is asked over HTTP. The third argument is the size of the pool.
import { createServer } from 'node:http';
import pg from 'pg';

const [, , url, warehouse, connections = '2'] = process.argv;
const pool = new pg.Pool({ connectionString: url, max: Number(connections) });

async function stock(item) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query('SELECT shelf FROM items WHERE item_id = $1', [item]);
    const answer = await fetch(`${warehouse}/shelves/${rows[0]?.shelf}`);
    await answer.text();
    await client.query('SELECT count(*) FROM items WHERE item_id = $1', [item]);
    await client.query('COMMIT');
    return rows[0];
  } finally {
    client.release();
  }
}

const server = createServer((request, response) => {
  stock(Number(request.url.split('/').at(-1))).then(
    (row) => response.end(JSON.stringify(row)),
    (error) => response.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
