// A ticket counter: the number of the next ticket is one row, which every sale updates first and keeps until its receipt is made out.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.argv[2], max: 20 });
async function sell() {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query('UPDATE counters SET last_number = last_number + 1 WHERE counter_id = 1 RETURNING last_number');
    await sleep(15);
    await client.query('INSERT INTO tickets (number) VALUES ($1)', [rows[0].last_number]);
    await client.query('COMMIT');
    return rows[0].last_number;
  } finally {
    client.release();
  }
}
const server = createServer(async (_request, response) => response.end(JSON.stringify({ number: await sell() })));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
