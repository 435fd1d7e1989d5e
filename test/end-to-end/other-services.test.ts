/** The rules on services that are not the lab's: other frameworks, drivers, tables and routes, through the real command line. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Incident } from '../../core/model/incident.js';
import { runCli } from '../client/run-cli.js';
import { startPostgres, type TestPostgres } from '../support/services/postgres.js';
import { startTemporal } from '../support/temporal.js';

let temporal: TestWorkflowEnvironment;
let database: TestPostgres;
let folder: string;
const children: ChildProcess[] = [];

const schema = `
CREATE TABLE loans (loan_id int PRIMARY KEY, reader_id int NOT NULL, title text, due_on date, returned boolean NOT NULL);
INSERT INTO loans SELECT i, i % 9000, 'Title ' || i, date '2026-01-01' + i % 300, i % 10 <> 0 FROM generate_series(1, 400000) i;
CREATE TABLE patients (patient_id int PRIMARY KEY, name text);
INSERT INTO patients SELECT i, 'Patient ' || i FROM generate_series(1, 5000) i;
CREATE TABLE appointments (appointment_id int PRIMARY KEY, day int NOT NULL, patient_id int NOT NULL, starts_at int);
INSERT INTO appointments SELECT i, i % 500, 1 + i % 5000, i % 48 FROM generate_series(1, 30000) i;
CREATE INDEX ON appointments (day);
`;

beforeAll(async () => {
  [temporal, database, folder] = await Promise.all([startTemporal(), startPostgres(), mkdtemp(join(tmpdir(), 'perf-others-'))]);
  const client = await database.connect();
  await client.query(schema);
  await client.query('VACUUM ANALYZE');
  const [library, clinic] = await Promise.all([startService('fastify-postgres.mjs'), startService('express-knex.mjs')]);
  const load = '{ vus: 10, duration: 10s, warmUp: 2s }';
  const service = (name: string, endpoint: string, port: number, path: string): string =>
    `  ${name}:\n    process: { port: ${port} }\n    databases: { ledger: { kind: postgres, connection: { env: TEST_LEDGER_URL } } }\n` +
    `    endpoints: { ${endpoint}: { url: "http://127.0.0.1:${port}${path}", headers: { authorization: { env: TEST_LEDGER_TOKEN } }, budgets: { p95Ms: 15 }, load: ${load} } }\n`;
  const catalog = `version: 1\nservices:\n${service('library', 'loans', library, '/readers/42/loans')}${service('clinic', 'day-sheet', clinic, '/days/7')}`;
  await writeFile(join(folder, 'responder.yaml'), catalog);
  await startProgram(resolve('bin/perf-responder.js'), ['worker', '--address', temporal.address, '--data', join(folder, 'data'), '--json']);
}, 120_000);

afterAll(async () => {
  for (const child of children.reverse()) {
    if (child.exitCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await database.stop();
  await temporal.teardown();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

/** What the catalog names: none of it may leave with the evidence. */
const secrets = () => ({ TEST_LEDGER_URL: database.url, TEST_LEDGER_TOKEN: 'Bearer reader-token-4f1c' });

async function startProgram(program: string, programArguments: string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...programArguments], {
    cwd: folder,
    env: { ...process.env, ...secrets() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return await new Promise((resolveLine, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolveLine(chunk.toString().trim()));
    child.once('exit', (code) => reject(new Error(`${program} ended with ${String(code)}`)));
  });
}

async function startService(program: string): Promise<number> {
  return Number(await startProgram(resolve('test/programs', program), [database.url]));
}

async function respond<T>(words: string[]): Promise<T> {
  const place = ['--address', temporal.address, '--data', join(folder, 'data'), '--json'];
  const result = await runCli([...words, ...place], { cwd: folder, env: secrets() });
  expect(result.code, result.err).toBe(0);
  return JSON.parse(result.out) as T;
}

const triage = (endpoint: string): Promise<Incident> => respond(['triage', endpoint, '--symptom', 'p95 300ms']);

it('names the missing index of a Fastify service with the postgres driver', { timeout: 150_000 }, async () => {
  const incident = await triage('library/loans');
  expect(incident.causes[0], JSON.stringify(incident.reasons)).toMatchObject({ id: 'missing-index', location: { relation: 'loans' } });
  expect(incident.causes[0]?.location.columns?.[0]).toBe('reader_id');
  expect(incident.timing.reportReadyMs ?? Infinity).toBeGreaterThan(incident.timing.loadWindowMs ?? 0);
  // Exported and judged offline it is the same answer, and nobody's secret.
  const archive = join(folder, 'loans.tar.gz');
  const exported = await respond<{ files: string[]; unreadSecrets: string[] }>(['evidence', 'library/loans', '--out', archive]);
  expect(exported).toMatchObject({ unreadSecrets: [], files: expect.arrayContaining(['manifest.json', 'databases.json']) as string[] });
  const bytes = gunzipSync(await readFile(archive)).toString('utf8');
  expect(bytes).not.toContain('reader-token-4f1c');
  expect(bytes).not.toContain(new URL(database.url).password);
  const judged = await respond<Incident>(['analyze', 'incident', archive]);
  expect(judged.causes.map(({ id, share, confidence }) => ({ id, share, confidence }))).toEqual(
    incident.causes.map(({ id, share, confidence }) => ({ id, share, confidence })),
  );
  expect(judged.accounting).toEqual(incident.accounting);
  expect(judged.evidence.map(({ id }) => id)).toEqual(incident.evidence.map(({ id }) => id));
});

it('names the repeated look-ups of an Express service with knex', { timeout: 150_000 }, async () => {
  const incident = await triage('clinic/day-sheet');
  expect(incident.causes[0], JSON.stringify(incident.reasons)).toMatchObject({ id: 'n-plus-one' });
  expect(incident.causes[0]?.location.statement).toContain('patients');
  expect(incident.causes.map((cause) => cause.id)).toEqual(['n-plus-one']);
});
