/** One look-up, three kinds of traffic: who runs it decides whether the alerted requests may be blamed. Real server, real clients. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { observeDatabase, scanQueries } from '../../adapters/databases/postgres/postgres.js';
import { diagnose } from '../../core/diagnosis/diagnose.js';
import type { Diagnosis } from '../../core/model/diagnosis.js';
import { captures, nodeProcess, peer, sockets } from '../core/diagnosis/captures.js';
import { startPostgres, type TestPostgres } from '../support/services/postgres.js';

let server: TestPostgres;
const signal = new AbortController().signal;
const windowMs = 1000;
const [waiting, inside] = [15, 5];
const lookUp = (client: pg.Client): Promise<unknown> => client.query('SELECT taken FROM seats WHERE id = $1', [7]);

beforeAll(async () => {
  server = await startPostgres();
  const client = await server.connect();
  await client.query('CREATE TABLE seats (id int PRIMARY KEY, taken boolean NOT NULL)');
  await client.query('INSERT INTO seats SELECT i, false FROM generate_series(1, 100) i');
}, 60_000);

afterAll(async () => {
  await server.stop();
});

/** Runs `work` again and again until stopped; then its rate a second. */
function repeat(work: () => Promise<unknown>): () => Promise<number> {
  const state = { isOn: true };
  const startedAt = performance.now();
  const done = (async () => {
    let rounds = 0;
    for (; state.isOn; rounds += 1) await work();
    return (1000 * rounds) / (performance.now() - startedAt);
  })();
  return async () => {
    state.isOn = false;
    return await done;
  };
}

/** A window in which each request of the service `shop` runs the look-up so often; `noise` names the client that runs it all the time besides. */
async function diagnoseShop({ callsPerRequest, noise }: { callsPerRequest: number; noise: string | null }): Promise<Diagnosis> {
  const shop = await server.connect('shop');
  const other = noise === null ? null : await server.connect(noise);
  const stopNoise = other === null ? null : repeat(() => lookUp(other));
  const stopLoad = repeat(async () => {
    for (let call = 0; call < callsPerRequest; call += 1) await lookUp(shop);
    await sleep(20);
  });
  const watch = { name: 'seating', url: server.url, durationMs: windowMs, delayMs: 100, signal, serviceNames: ['shop'] };
  const observation = await observeDatabase({ ...watch, servicePorts: () => Promise.resolve(new Set()) });
  const requestRate = await stopLoad();
  const scan = await scanQueries({ url: server.url, observation, signal });
  await stopNoise?.();
  const input = captures({
    service: { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ peers: [peer('database', waiting)], inside }), missing: [] },
    databases: [observation],
    scans: [scan],
  });
  return diagnose({
    ...input,
    // As many requests in flight as the sockets show, however fast this machine is now.
    load: { ...input.load, requestRate, latencyMs: { ...input.load.latencyMs, mean: (1000 * (waiting + inside)) / requestRate } },
  });
}

it('blames the requests that run a look-up again and again, and names its database', async () => {
  const diagnosis = await diagnoseShop({ callsPerRequest: 40, noise: null });
  expect(diagnosis.causes[0], JSON.stringify([diagnosis.missingEvidence, diagnosis.ruledOut])).toMatchObject({
    id: 'n-plus-one',
    location: { database: 'seating' },
  });
  expect(diagnosis.missingEvidence.map(({ id }) => id)).not.toContain('statement-attribution');
});

it.each([
  ['another client of the database', 'importer'],
  ['another route, or a job, of the same service', 'shop'],
])('does not blame them for what %s runs, and says what is missing', async (_, noise) => {
  const diagnosis = await diagnoseShop({ callsPerRequest: 1, noise });
  expect(diagnosis.causes.map(({ id }) => id)).not.toContain('n-plus-one');
  const missing = diagnosis.missingEvidence.find(({ id }) => id === 'statement-attribution');
  expect(missing?.what).toContain('SELECT taken FROM seats');
  expect(missing?.why).toMatch(/times a second when the load was over/);
});
