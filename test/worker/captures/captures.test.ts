/** Who takes which evidence, and what becomes of a part that cannot be had: real processes, a real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptureOrder } from '../../../activities/dependencies.js';
import { freePort } from '../../../adapters/kernel/free-port.js';
import { parseCatalog } from '../../../config/catalog.js';
import { databasesDocument } from '../../../core/evidence/kinds/databases.js';
import { scanDocument } from '../../../core/evidence/kinds/query-scan.js';
import { serviceDocument } from '../../../core/evidence/kinds/service.js';
import type { ReadDocument } from '../../../core/evidence/document.js';
import { captureKinds } from '../../../core/evidence/registry.js';
import { createCaptures } from '../../../worker/captures/registry.js';
import { startNodeProgram } from '../../support/services/node-program.js';
import { startPostgres, type TestPostgres } from '../../support/services/postgres.js';

let server: TestPostgres;
let service: Awaited<ReturnType<typeof startNodeProgram>>;
let closedPort = 0;

beforeAll(async () => {
  server = await startPostgres();
  const client = await server.connect();
  await client.query('CREATE TABLE seats (id int PRIMARY KEY, row text NOT NULL)');
  await client.query(`INSERT INTO seats SELECT i, 'row ' || i FROM generate_series(1, 200) i`);
  service = await startNodeProgram(
    'require("node:http").createServer((_, r) => r.end()).listen(0, function () { console.log(this.address().port); })',
  );
  closedPort = await freePort();
  Object.assign(process.env, {
    TEST_CAPTURES_MAIN: server.url,
    TEST_CAPTURES_GONE: `postgres://u:p@127.0.0.1:${closedPort}/gone`,
    TEST_CAPTURES_CACHE: `redis://127.0.0.1:${closedPort}`,
  });
}, 60_000);

afterAll(async () => {
  for (const name of ['MAIN', 'GONE', 'CACHE']) Reflect.deleteProperty(process.env, `TEST_CAPTURES_${name}`);
  await service.stop();
  await server.stop();
});

const catalogOf = (databases: string, process = `{ pid: ${service.pid} }`) =>
  parseCatalog(
    `version: 1
services:
  shop:
    process: ${process}
    databases: ${databases}
    endpoints: { seats: { url: "http://127.0.0.1:${service.port}/seats", budgets: { p95Ms: 60 } } }
`,
    'responder.yaml',
  );

const main = 'main: { kind: postgres, connection: { env: TEST_CAPTURES_MAIN }';

function take(kind: string, catalog: ReturnType<typeof catalogOf>, change: Partial<CaptureOrder> = {}) {
  const adapter = createCaptures(catalog).find((one) => one.kind.id === kind);
  if (adapter === undefined) throw new Error(`expected an adapter of ${kind}`);
  const read: ReadDocument = () => null;
  return adapter.take({
    ...{ endpoint: 'shop/seats', delayMs: 0, durationMs: 1_000, options: {}, read, onProgress: () => undefined },
    signal: new AbortController().signal,
    ...change,
  });
}

describe('every kind of evidence', () => {
  it('is taken by one adapter, and no adapter takes what is no kind', () => {
    const taken = createCaptures(catalogOf('{}')).map(({ kind }) => kind.id);
    expect(taken.toSorted()).toEqual(captureKinds.map(({ id }) => id).toSorted());
  });
});

describe('databases', () => {
  it('are observed where they answer; one that is away, or that this version does not look into, is missing evidence with its remedy', async () => {
    const gone = 'gone: { kind: postgres, connection: { env: TEST_CAPTURES_GONE } }';
    const cache = 'cache: { kind: redis, connection: { env: TEST_CAPTURES_CACHE } }';
    const { documents, missing } = await take('databases', catalogOf(`{ ${main} }, ${gone}, ${cache} }`));
    const [document] = documents;
    expect(document?.name).toBe(databasesDocument.name);
    expect(databasesDocument.schema.parse(document?.value).map(({ name }) => name)).toContain('main');
    const told = missing.map(({ id, why, remedy }) => [id, why, remedy.length > 0]);
    expect(told).toContainEqual(['database-cache', expect.stringContaining('not redis'), true]);
    expect(
      missing.filter(({ what, remedy }) => what.includes('gone') && remedy !== ''),
      JSON.stringify(missing),
    ).toHaveLength(1);
    expect(JSON.stringify([documents, missing])).not.toContain('u:p@');
  });
});

describe('the service', () => {
  it('is looked at by its process', async () => {
    const { documents } = await take('service', catalogOf('{}'));
    expect(serviceDocument.schema.parse(documents[0]?.value)).toMatchObject({ process: { pid: service.pid } });
  });

  it('that is not on this machine says so, and what to write into the catalog', async () => {
    const elsewhere = parseCatalog(
      'version: 1\nservices: { shop: { environment: staging, endpoints: { seats: { url: "https://shop.example/seats", budgets: { p95Ms: 60 } } } } }\n',
      'responder.yaml',
    );
    await expect(take('service', elsewhere)).rejects.toMatchObject({
      missing: { id: 'process', remedy: expect.stringContaining('set process') as string },
    });
  });
});

describe('plans', () => {
  it('are asked of no database that was not seen in the window', async () => {
    const { documents, raw, missing } = await take('query-scan', catalogOf(`{ ${main} } }`));
    expect(scanDocument.schema.parse(documents[0]?.value)).toEqual([]);
    expect([raw, missing]).toEqual([[], []]);
  });

  it('are scanned of what was seen, and a given plan that cannot be read here is missing evidence, no failure', async () => {
    const catalog = catalogOf(`{ ${main} } }`);
    const seen = await take('databases', catalog);
    const read: ReadDocument = (document) =>
      document.name === databasesDocument.name ? document.schema.parse(seen.documents[0]?.value) : null;
    const { documents, missing } = await take('query-scan', catalog, { read, options: { planFile: '/nowhere/plan.json' } });
    expect(scanDocument.schema.parse(documents[0]?.value).map(({ database }) => database)).toEqual(['main']);
    expect(missing.map(({ why }) => why).join('\n')).toContain('it cannot be read where the worker runs');
  });
});
