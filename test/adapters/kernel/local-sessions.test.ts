import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { trackLocalSessions } from '../../../adapters/kernel/local-sessions.js';
import { startNodeProgram } from '../../support/services/node-program.js';

const folder = mkdtempSync(join(tmpdir(), 'local-sessions-'));
const path = join(folder, '.s.PGSQL.5999');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Stands for a backend of the server, which the kernel knows by this name. */
const backend = `process.title = 'postgres'; require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log(1));`;
const client = `const s = require('node:net').connect(${JSON.stringify(path)}, () => console.log(1));`;

it('finds the sessions of a service behind a Unix-domain socket, of that server only', async () => {
  const server = await startNodeProgram(backend);
  const service = await startNodeProgram(client);
  const other = await startNodeProgram('console.log(1); setInterval(() => 0, 1000)');
  try {
    const sessions = trackLocalSessions();
    expect(await sessions(service.pid, 5999)).toEqual(new Set([server.pid]));
    expect(await sessions(service.pid, 5432)).toEqual(new Set());
    expect(await sessions(other.pid, 5999)).toEqual(new Set());
  } finally {
    await Promise.all([server.stop(), service.stop(), other.stop()]);
  }
});
