// An account balance: the connection to the database is kept while the exchange rate is asked for elsewhere, and there are two of them.
import { createServer } from 'node:http';
import pg from 'pg';

const [database, peer] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: database, max: 2 });
async function balance(account) {
  const client = await pool.connect();
  try {
    const { rows } = await client.query('SELECT balance FROM accounts WHERE account_id = $1', [account]);
    const rate = await fetch(`${peer}/rates/eur`).then((answer) => answer.json());
    return { balance: rows[0]?.balance, rate };
  } finally {
    client.release();
  }
}
const server = createServer(async (request, response) => {
  response.end(JSON.stringify(await balance(Number(request.url.split('/').at(-1)))));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
