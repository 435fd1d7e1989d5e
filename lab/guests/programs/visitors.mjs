// A visitor by id. Each request opens a connection to the database of its own, and closes it.
import { createServer } from 'node:http';
import pg from 'pg';

const [, , connectionString] = process.argv;

async function visitor(id) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT name FROM visitors WHERE visitor_id = $1', [id]);
    return rows[0];
  } finally {
    await client.end();
  }
}

const server = createServer((request, response) => {
  visitor(Number(request.url.split('/').at(-1))).then(
    (row) => response.end(JSON.stringify(row)),
    (error) => response.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
