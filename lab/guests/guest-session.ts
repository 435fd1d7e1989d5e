import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { stringify } from 'yaml';
import { startProgram } from '../stack/child-program.js';
import { startIncidentLab } from '../incident-lab.js';
import { toCatalogEndpoint } from '../lab-catalog.js';
import { getTools } from '../lab-session.js';
import { startLabPostgres, type LabPostgres } from '../stack/postgres.js';
import { compiledProgram, projectRoot } from '../program-path.js';
import type { Releasers } from '../stack/releasers.js';
import type { LabCase, Responder } from '../cases/run-case.js';
import { startPgbouncer } from '../stack/pgbouncer.js';
import { openTemporalView } from '../stack/temporal-view.js';
import type { Guest } from './guest.js';

export interface GuestsOptions {
  guests: Guest[];
  durationMs: number;
  warmUpMs: number;
  say: (message: string) => void;
  releasers: Releasers;
}

/** All guests side by side, each on a port of its own: they do nothing until they are asked. One catalog names them all. */
export async function startGuests(options: GuestsOptions): Promise<{ responder: Responder; cases: LabCase[] }> {
  const { releasers, say } = options;
  const tools = await getTools(say);
  const scratch = mkdtempSync(join(tmpdir(), 'perf-responder-guests-'));
  releasers.add('files', () => {
    rmSync(scratch, { recursive: true, force: true });
  });
  const postgres = await startLabPostgres();
  releasers.add('PostgreSQL', () => postgres.stop());
  const running: RunningGuest[] = [];
  for (const guest of options.guests) running.push(await startGuest(guest, { postgres, scratch, releasers }));
  const catalogFile = join(scratch, 'responder.yaml');
  const services = Object.fromEntries(running.map((guest) => [guest.guest.name, catalogService(guest, options)]));
  writeFileSync(catalogFile, stringify({ version: 1, services }));
  const dataDir = join(scratch, 'data');
  mkdirSync(dataDir);
  const databases = Object.fromEntries(running.map(({ guest, databaseUrl }) => [variableOf(guest), readableUrl(guest, databaseUrl)]));
  const incidents = await startIncidentLab({ catalogFile, dataDir, environment: { ...tools, ...databases, PERF_RESPONDER_DATA: dataDir } });
  releasers.add('responder', () => incidents.stop());
  const temporal = await openTemporalView(incidents.address);
  releasers.add('connection to Temporal', () => temporal.close());
  return { responder: { incidents, temporal, scratch }, cases: running.map((guest) => guestCase(guest, postgres)) };
}

interface RunningGuest {
  guest: Guest;
  port: number;
  databaseUrl: string | null;
  peer: string | null;
  /** Where the service finds its database, when only bytes are passed on there. */
  tunnel: string | null;
}

interface Surroundings {
  postgres: LabPostgres;
  scratch: string;
  releasers: Releasers;
}

async function startGuest(guest: Guest, { postgres, scratch, releasers }: Surroundings): Promise<RunningGuest> {
  const databaseUrl = guest.schema === undefined ? null : await createDatabase(guest, postgres);
  const peer = guest.peer === undefined ? null : await startPeer(guest.peer.answerAfterMs, releasers);
  const source = join(projectRoot(), guest.program);
  const ownUrl = databaseUrl === null ? null : await throughBetween(guest, databaseUrl, releasers);
  const words = [ownUrl ?? '-', peer === null ? '-' : `http://${peer}`, ...(guest.words ?? [])];
  const program = await startProgram(extname(source) === '' ? buildGo(source, scratch) : source, words, {
    readyWithinMs: 30_000,
    ...(extname(source) === '.mjs' ? { nodeArguments: ['--inspect-port=0'] } : {}),
    ...(extname(source) === '.py' ? { interpreter: 'python3', environment: { PYTHONPATH: process.env['LAB_PYTHONPATH'] ?? '' } } : {}),
    ...(extname(source) === '' ? { interpreter: 'env' } : {}),
  });
  releasers.add(guest.name, () => program.stop(1000));
  const tunnel = guest.between === 'tunnel' && ownUrl !== null ? new URL(ownUrl).host : null;
  return { guest, port: Number(program.ready), databaseUrl, peer, tunnel };
}

async function startPeer(answerAfterMs: number, releasers: Releasers): Promise<string> {
  const words = ['--answer-after-ms', String(answerAfterMs)];
  const program = await startProgram(compiledProgram('lab/partners/server.js'), words, { readyWithinMs: 15_000 });
  releasers.add('peer', () => program.stop(1000));
  const { port } = program.ready as { port: number };
  return `127.0.0.1:${port}`;
}

/** The URL by which the service reaches its database. */
async function throughBetween({ name, between }: Guest, databaseUrl: string, releasers: Releasers): Promise<string> {
  if (between === undefined) return databaseUrl;
  const url = new URL(databaseUrl);
  if (between === 'tunnel') {
    const program = await startProgram(join(projectRoot(), 'lab/guests/programs/tunnel.mjs'), [url.hostname, url.port], {
      readyWithinMs: 15_000,
    });
    releasers.add(`tunnel of ${name}`, () => program.stop(1000));
    url.port = String(program.ready);
    return url.href;
  }
  const pooler = await startPgbouncer(url, between.poolerConnections);
  releasers.add(`pooler of ${name}`, () => pooler.stop());
  url.port = String(pooler.port);
  return url.href;
}

function buildGo(folder: string, scratch: string): string {
  const binary = join(scratch, 'go-program');
  execFileSync('go', ['build', '-o', binary, '.'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return binary;
}

async function createDatabase(
  { name: guest, schema = '', hasNoStatements }: Pick<Guest, 'name' | 'schema' | 'hasNoStatements'>,
  postgres: LabPostgres,
): Promise<string> {
  const name = guest.replaceAll('-', '_');
  const maintenance = await postgres.connect('postgres');
  await maintenance.query(`CREATE DATABASE ${name}`).finally(() => maintenance.end());
  const client = await postgres.connect(name);
  try {
    if (hasNoStatements !== true) await client.query('CREATE EXTENSION pg_stat_statements');
    await client.query(schema);
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
  return postgres.url(name);
}

/** Where the responder looks into the database of a guest; one that it may not read refuses its password. */
function readableUrl({ isDatabaseUnread }: Guest, databaseUrl: string | null): string {
  if (databaseUrl === null) return '-';
  const url = new URL(databaseUrl);
  if (isDatabaseUnread === true) url.password = 'none';
  return url.href;
}

function variableOf({ name }: Guest): string {
  return `${name.replaceAll('-', '_').toUpperCase()}_URL`;
}

function catalogService({ guest, port }: RunningGuest, options: GuestsOptions): Record<string, unknown> {
  const { profiler = 'auto', isDatabaseUnlisted, schema, endpoint } = guest;
  const database = { ledger: { kind: 'postgres', connection: { env: variableOf(guest) } } };
  return {
    environment: 'development',
    process: { port },
    profiler: typeof profiler === 'string' ? profiler : { pprofUrl: profiler.pprofUrl.replaceAll('{port}', String(port)) },
    ...(schema === undefined || isDatabaseUnlisted === true ? {} : { databases: database }),
    endpoints: { [endpoint.name]: toCatalogEndpoint(endpoint, { ...options, shopUrl: `http://127.0.0.1:${port}` }) },
  };
}

function guestCase({ guest, peer, tunnel }: RunningGuest, postgres: LabPostgres): LabCase {
  const { name, kind, title, truth, endpoint } = guest;
  const peers = { ...(peer === null ? {} : { peer }), ...(tunnel === null ? {} : { tunnel }), database: `127.0.0.1:${postgres.port}` };
  const start: LabCase['start'] = () => Promise.resolve({ places: { peers, sessions: new Map() }, stop: () => Promise.resolve() });
  return {
    name,
    kind,
    title,
    truth,
    target: { service: name, endpoint: endpoint.name },
    budgetP95Ms: endpoint.budgets.p95Ms ?? 200,
    start,
  };
}
