// Carts of a session that ended are removed: by a column without an index. No cart is left, so nobody waits for a row.
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
const server = createServer((request, response) => {
  pool.query('DELETE FROM carts WHERE session_token = $1', [request.url.split('/').at(-1)]).then(
    ({ rowCount }) => response.end(String(rowCount)),
    (error) => response.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
