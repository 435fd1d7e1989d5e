import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scanQueries } from '../../adapters/databases/postgres/postgres.js';
import type { DatabaseObservation, QueryScan, StatementDelta, StatementScan } from '../../core/model/database.js';
import { startPostgres, type TestPostgres } from '../support/services/postgres.js';
import { observeWhile } from '../support/observe-while.js';
import { until } from '../support/until.js';

let server: TestPostgres;
let client: pg.Client;
let observation: DatabaseObservation;
let scan: QueryScan;
const signal = new AbortController().signal;

const schema = `
  CREATE SCHEMA stock;
  CREATE TABLE stock.movements (id bigint PRIMARY KEY, "partNumber" text NOT NULL, depot int NOT NULL, moved_at timestamptz NOT NULL, quantity int NOT NULL, remark text COLLATE "en-x-icu" NOT NULL);
  CREATE TABLE stock.parts (number text PRIMARY KEY, label text NOT NULL);
  CREATE TABLE stock.jobs (id int PRIMARY KEY, state text NOT NULL) WITH (autovacuum_enabled = off);
  INSERT INTO stock.parts SELECT 'P-' || i, 'Label ' || i FROM generate_series(1, 20000) i;
  INSERT INTO stock.movements SELECT i, 'P-' || (i * 7) % 20000, i % 12, timestamptz '2025-01-01' + i * interval '1 minute', i % 90, 'remark ' || md5(i::text) FROM generate_series(1, 120000) i;
  INSERT INTO stock.jobs SELECT i, 'done' FROM generate_series(1, 5000) i;
  CREATE TABLE stock."weighedPallets" (id bigint NOT NULL, "palletCode" text NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
  CREATE TABLE stock.weighed_jan PARTITION OF stock."weighedPallets" FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
  CREATE TABLE stock.weighed_feb PARTITION OF stock."weighedPallets" FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');
  INSERT INTO stock."weighedPallets" SELECT i, 'W-' || i % 9000, date '2025-01-01' + i % 59 FROM generate_series(1, 54000) i;
  CREATE INDEX ON stock.parts (label);
  CREATE TABLE stock.waves (wave text NOT NULL, label text NOT NULL, padding text NOT NULL) WITH (autovacuum_enabled = off);
  INSERT INTO stock.waves SELECT 'past-' || i % 40, 'parcel ' || i, repeat('x', 200) FROM generate_series(1, 2000) i;
  CREATE INDEX ON stock.waves (wave);
  CREATE FUNCTION stock.meddle() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
  CREATE VIEW stock.recent AS SELECT * FROM stock.movements WHERE moved_at > '2025-03-01';`;

/** Its values are in its text, and what a session ran last stays to be seen. */
const betweenStatements = "SELECT padding FROM stock.waves WHERE wave = 'next'";

/** A word anywhere in a text, in another order: no b-tree serves it for every word. */
const searchByWord = 'SELECT id FROM stock.movements WHERE lower("partNumber") LIKE $1 ORDER BY depot DESC LIMIT 20';

/** The same with its wildcards in the text: what the server counts as three parameters is one value of a request. */
const wildcardsInText = `SELECT id FROM stock.movements WHERE lower("partNumber") LIKE '%' || $1 || '%' ORDER BY quantity DESC LIMIT 20`;

/** What the service does in the window: each fault once, a few calls each. */
const calls: [times: number, statement: string, values?: unknown[]][] = [
  [5, 'SELECT id, quantity FROM stock.movements WHERE "partNumber" = $1', ['P-7']],
  [4, 'SELECT id FROM stock."weighedPallets" WHERE "palletCode" = $1', ['W-7']],
  [20, 'SELECT number FROM stock.parts WHERE lower(label) = $1', ['label 17']],
  [2, 'SELECT * FROM stock.movements ORDER BY quantity, id OFFSET 119990'],
  [20, "SELECT count(*) FROM stock.jobs WHERE state = 'open'"],
  [200, 'SELECT label FROM stock.parts WHERE number = $1', ['P-5']],
  [3, 'UPDATE stock.movements SET quantity = quantity WHERE "partNumber" = $1', ['P-9']],
  [3, 'SELECT stock.meddle(), count(*) FROM stock.movements WHERE depot = $1', [3]],
  [3, 'SELECT id FROM stock.movements WHERE quantity = 4 AND depot = $1 FOR UPDATE', [4]],
  [3, 'SELECT count(*) FROM stock.recent WHERE depot = $1', [3]],
  [3, 'SELECT id FROM stock.movements WHERE remark LIKE $1 AND depot = $2', ['remark ab%', 3]],
  [3, "SELECT count(*) FROM stock.movements WHERE moved_at > date '2025-03-01' - interval '3 days'"],
  [3, 'SELECT label FROM stock.waves WHERE wave = $1', ['next']],
  [1, betweenStatements],
  [1, 'SELECT id FROM stock.movements WHERE "partNumber" LIKE $1 ORDER BY moved_at LIMIT 20', ['%1%']],
  [3, searchByWord, ['%p-777%']],
  [3, wildcardsInText, ['p-777']],
];

const everyStatement = 30;

beforeAll(async () => {
  server = await startPostgres();
  client = await server.connect('warehouse');
  await client.query(schema);
  // As servers have it from PostgreSQL 15 on; before that, statements that look up names in it are not executed without a note.
  await client.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
  await client.query('ANALYZE stock.movements, stock.parts, stock.jobs, stock."weighedPallets", stock.waves');
  await client.query("INSERT INTO stock.waves SELECT 'next', 'parcel ' || i, repeat('x', 200) FROM generate_series(1, 20000) i");
  await client.query("INSERT INTO stock.jobs SELECT i, 'open' FROM generate_series(5001, 45000) i");
  // So that the scan has the memory of the service.
  await client.query(`ALTER DATABASE ${new URL(server.url).pathname.slice(1)} SET work_mem = '64kB'`);
  await client.query("SET work_mem = '64kB'");
  await untilCounted();
  const watch = {
    name: 'stock',
    url: server.url,
    servicePorts: () => Promise.resolve(new Set<number>()),
    serviceNames: ['warehouse'],
    signal,
  };
  observation = await observeWhile(watch, async () => {
    for (const [times, statement, values] of calls) for (let call = 0; call < times; call++) await client.query(statement, values);
  });
  const idle = await server.connect('warehouse');
  await idle.query(betweenStatements);
  scan = await scanQueries({ url: server.url, observation: worthAPlan(observation), signal, maxStatements: everyStatement });
  await idle.end();
}, 180_000);

/** A session tells the server what it changed once a second at most; until then the statistics pass for good ones. */
async function untilCounted(): Promise<void> {
  const outgrown =
    "SELECT 1 FROM pg_stat_user_tables WHERE n_mod_since_analyze >= CASE relname WHEN 'waves' THEN 20000 WHEN 'jobs' THEN 40000 END";
  await until(async () => (await client.query(outgrown)).rowCount === 2);
}

/** A plan is for what took a hundredth of the time, and which of these do is chance: one that met a stall outweighs the rest. The most called needs none. */
function worthAPlan(observed: DatabaseObservation): DatabaseObservation {
  const share = (statement: StatementDelta): number => (statement.calls >= 200 ? statement.timeShare : Math.max(statement.timeShare, 0.01));
  return { ...observed, statements: observed.statements?.map((statement) => ({ ...statement, timeShare: share(statement) })) ?? null };
}

afterAll(async () => {
  await server.stop();
});

function find(word: string): StatementScan {
  return scan.statements.find((each) => each.statement.text.includes(word)) ?? expect.fail(`${word} was not scanned`);
}

describe('the scan of what a window cost', () => {
  it('finds the missing index, its columns in order, from an executed plan', () => {
    const found = find('SELECT id, quantity');
    expect(found.statement).toMatchObject({ calls: 5, restarted: false });
    expect(found).toMatchObject({ planSource: 'analyze', nonSargable: [] });
    expect(found.plan?.dominant).toMatchObject({ nodeType: expect.stringMatching(/Seq Scan|Gather/) as string });
    expect(found.candidates.map((candidate) => candidate.columns)).toEqual([['partNumber']]);
    expect(found.candidates[0]?.statement).toBe(
      'CREATE INDEX CONCURRENTLY "movements_partNumber_responder_idx" ON "stock"."movements" ("partNumber")',
    );
    expect(found.tables).toEqual([expect.objectContaining({ schema: 'stock', relation: 'movements', estimatedRows: 120_000 })]);
  });

  it('finds the index that a partitioned table misses: its parts are scanned as one', () => {
    const found = find('palletCode');
    expect(found.planSource).toBe('analyze');
    const scanned = found.plan?.nodes.filter((node) => node.relation !== null);
    expect(scanned).toEqual([expect.objectContaining({ relation: 'weighedPallets', rows: 6, rowsRemovedByFilter: 53_994 })]);
    expect(found.candidates).toEqual([expect.objectContaining({ relation: 'weighedPallets', columns: ['palletCode'] })]);
    expect(found.tables).toEqual([expect.objectContaining({ relation: 'weighedPallets', partitions: 2, estimatedRows: 54_000 })]);
  });

  it('sees none of its own statements', () => {
    expect(observation.statements?.filter((statement) => statement.text.includes('perf-incident-responder'))).toEqual([]);
    expect(observation.missing).toEqual([]);
  });

  it('finds the function that hides a column from its index, and the index on the expression', () => {
    const found = find('lower(label)');
    expect(found.candidates).toEqual([]);
    expect(found.nonSargable).toEqual([
      expect.objectContaining({
        kind: 'function-on-column',
        relation: 'parts',
        column: 'label',
        predicate: 'lower(label) = $1',
        indexStatement: expect.stringContaining('((lower(label)))') as string,
      }),
    ]);
    expect(found.plan?.nodes[0]?.rowsRemovedByFilter).toBe(19_999);
  });

  it('sees a sort that spills, and times the statement with memory enough', () => {
    const { plan, withoutSpill } = find('ORDER BY quantity');
    expect(withoutSpill?.workMemKb).toBeGreaterThan(1000);
    expect(withoutSpill?.executionMs).toBeGreaterThan(0);
    expect(withoutSpill?.spilledMs).toBeLessThanOrEqual(plan?.executionMs ?? 0);
    expect(find('stock.parts').withoutSpill).toBeNull();
    expect(plan?.nodes.find((node) => node.nodeType === 'Sort')?.spilledKb).toBeGreaterThan(1000);
    expect(plan?.findings.map((finding) => finding.id)).toContain('spill');
  });

  it('shows stale statistics: changes since ANALYZE, and a remedy', () => {
    const [jobs] = find('stock.jobs').tables;
    expect(jobs?.relation).toBe('jobs');
    // The server may add what was still on its way when the table was analyzed.
    expect(jobs?.modifiedSinceAnalyze).toBeGreaterThanOrEqual(40_000);
    const row = expect.objectContaining({
      id: 'table-statistics',
      remedy: expect.stringContaining('ANALYZE "stock"."jobs"') as string,
    }) as object;
    expect(scan.missing).toContainEqual(row);
  });

  it('takes a plan with the values of the newest rows where those of the statistics read less than the calls did', () => {
    const { plan, planNote, valuesGuessed } = find('SELECT label FROM stock.waves');
    expect(planNote).toBe('values of the newest rows, which the statistics do not know');
    expect(plan?.nodes[0]).toMatchObject({ rows: 20_000, relation: 'waves' });
    expect(valuesGuessed).toBe(true);
  });

  it('takes a plan with the values of a session before all others, also of one that is between two statements', () => {
    const found = find('SELECT padding');
    expect(found).toMatchObject({ planNote: 'values of a running session', plan: { nodes: [{ rows: 20_000 }] } });
    expect(found.valuesGuessed).toBeUndefined();
  });

  it('tries an index in the wanted order with values of which no row has one: through all rows it is slower', () => {
    const [candidate] = find('ORDER BY moved_at').candidates;
    expect(candidate).toMatchObject({ columns: ['moved_at'], stopsEarly: true });
    const tried = new Map(candidate?.tried?.map((each) => [each.values, each]));
    expect(tried.get('plan')).toMatchObject({ isSlower: false });
    expect(tried.get('absent')).toMatchObject({ matches: 0, rowsThrough: 120_000, isSlower: true, cost: null });
    expect(tried.get('absent')?.beforeMs).toBeGreaterThan(0);
  });

  it('asks with the word of our own requests where the text itself holds what stands around it', async () => {
    const found = find('ORDER BY quantity DESC');
    const session = await server.connect('warehouse');
    await session.query(wildcardsInText, ['p-1']);
    const alone = { ...observation, activity: null, statements: [found.statement] };
    const values = ['p-777'];
    const seen = await scanQueries({ url: server.url, observation: worthAPlan(alone), signal, maxStatements: 1, requestValues: values });
    await session.end();
    const { rowCount } = await client.query(`SELECT 1 FROM stock.movements WHERE lower("partNumber") LIKE '%p-777%'`);
    const [{ plan, planNote } = { plan: null, planNote: null }] = seen.statements;
    expect(planNote).toContain('values of our own requests');
    const read = plan?.nodes.find(({ relation, filter }) => relation === 'movements' && filter !== null);
    expect((read?.rows ?? 0) * (read?.loops ?? 0)).toBe(rowCount);
    expect(plan?.findings.map(({ text }) => text).join(' ')).toMatch(/reads 120 000 rows and drops [\d ]+ of them \(99\.9 %\)/);
  });

  it('gives a trigram index as what it is, untried, with all that has to be run; built as told it serves words that few or no rows have', async () => {
    const found = find('ORDER BY depot DESC');
    const [predicate] = found.nonSargable;
    expect(predicate).toMatchObject({ column: 'partNumber', indexStatement: null, rewrite: expect.stringContaining('untried') as string });
    const [, extension, index] = /(CREATE EXTENSION [^;]*); (CREATE INDEX [^;]*);/.exec(predicate?.rewrite ?? '') ?? [];
    await client.query(extension ?? '');
    const alone = { ...observation, activity: null, statements: [found.statement] };
    const again = await scanQueries({ url: server.url, observation: worthAPlan(alone), signal, maxStatements: 1 });
    expect(again.statements[0]?.nonSargable[0]).toMatchObject({
      rewrite: null,
      indexStatement: expect.stringContaining('USING gin ((lower("partNumber")) public.gin_trgm_ops)') as string,
    });
    await client.query(index ?? '');
    for (const word of ['%p-777%', '%zzqx%']) {
      const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${searchByWord.replace('$1', `'${word}'`)}`,
      );
      expect(JSON.stringify(rows), word).toContain('"Bitmap Index Scan"');
    }
    const served = await scanQueries({ url: server.url, observation: worthAPlan(alone), signal, maxStatements: 1 });
    expect(served.statements[0]?.nonSargable).toEqual([]);
  });

  it('counts the calls of a statement repeated per request, although it costs little', () => {
    const found = find('WHERE number');
    expect(found.statement).toMatchObject({ calls: 200, rowsPerCall: 1 });
    expect(found.candidates).toEqual([]);
  });

  it('plans an UPDATE without running it', () => {
    const found = find('UPDATE stock');
    expect(found).toMatchObject({ planSource: 'explain', plan: { analyzed: false } });
    expect(found.planNote).toContain('no SELECT');
    expect(found.candidates.map((candidate) => candidate.columns)).toEqual([['partNumber']]);
  });

  it.each([
    ['a volatile function', 'meddle', 'volatile function meddle'],
    ['row locks', 'FOR UPDATE', 'locks rows'],
    ['a view, whose text is not seen', 'stock.recent', 'view recent'],
  ])('explains, but does not execute, %s', (_case, word, why) => {
    expect(find(word)).toMatchObject({
      planSource: 'explain',
      plan: { analyzed: false },
      planNote: expect.stringContaining(why) as string,
    });
  });

  it('accuses a pattern of which only the placeholder is known as what it is', () => {
    expect(find('remark LIKE').nonSargable).toEqual([expect.objectContaining({ kind: 'pattern-parameter', column: 'remark' })]);
  });

  it('plans a statement whose normalised text is no valid SQL', () => {
    expect(find('moved_at > ').planSource).toBe('analyze');
  });

  it('needs the right to read the tables, and says how to grant it', async () => {
    await client.query("CREATE ROLE watcher LOGIN PASSWORD 'watcher'");
    await client.query('GRANT pg_monitor TO watcher');
    try {
      const degraded = await scanQueries({ url: server.urlFor('watcher'), observation, signal });
      expect(degraded.statements.map((each) => each.planSource)).not.toContain('analyze');
      expect(degraded.missing).toContainEqual(
        expect.objectContaining({ id: 'database-select', remedy: 'GRANT pg_read_all_data TO "watcher"' }),
      );
      await client.query('GRANT pg_read_all_data TO watcher');
      const reading = await scanQueries({ url: server.urlFor('watcher'), observation, signal, maxStatements: everyStatement });
      // What it lacks now is the right to write, for the UPDATE and the SELECT … FOR UPDATE.
      expect(reading.missing.map((row) => row.id)).toContain('database-write');
      expect(reading.missing.map((row) => row.id)).not.toContain('database-select');
    } finally {
      await client.query('DROP ROLE watcher');
    }
  });

  it('does not queue behind the lock of another session', async () => {
    const migration = await server.connect('migration');
    await migration.query('BEGIN');
    await migration.query('LOCK TABLE stock.movements IN ACCESS EXCLUSIVE MODE');
    try {
      const locked = await scanQueries({ url: server.url, observation, signal });
      expect(locked.missing.map(({ id }) => id)).not.toContain('query-scan');
      const [first] = locked.statements.filter(({ statement }) => statement.text.includes('stock.movements'));
      expect(first).toMatchObject({ planSource: 'none', planNote: expect.stringContaining('locked by another session') as string });
    } finally {
      await migration.query('ROLLBACK');
    }
  });
});
