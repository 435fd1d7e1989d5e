import { describe, expect, it } from 'vitest';
import { indexCandidates } from '../../../core/database/indexes/index-candidates.js';
import type { ScanWork } from '../../../core/database/indexes/scan-work.js';
import { nonSargablePredicates, type ServerFacts } from '../../../core/database/indexes/non-sargable.js';
import { parseStatement } from '../../../core/database/sql/parse-statement.js';
import { readQueryShape } from '../../../core/database/sql/read-shape.js';
import type { QueryShape } from '../../../core/database/sql/query-shape.js';
import type { ColumnStatistics, TableStatistics } from '../../../core/database/indexes/table-statistics.js';

interface ColumnSketch extends Partial<ColumnStatistics> {
  name: string;
}

function table(relation: string, rows: number, columns: ColumnSketch[], indexes: string[][] = []): TableStatistics {
  const facts = {
    schema: 'shop',
    relation,
    estimatedRows: rows,
    sizeBytes: rows * 100,
    deadRows: 0,
    modifiedSinceAnalyze: 0,
    lastAnalyzedAt: '2026-01-01T00:00:00Z',
    indexes: [],
  };
  return {
    facts,
    rows,
    pages: Math.ceil(rows / 80),
    kind: 'table',
    partitions: [],
    columns: columns.map((column, position) => ({
      type: 'bigint',
      position,
      distinct: -1,
      nullFraction: 0,
      averageWidth: 8,
      common: [],
      histogram: [],
      hasByteOrder: true,
      isIndexable: true,
      ...column,
    })),
    indexes: indexes.map((keys) => ({
      name: keys.join('_'),
      method: 'btree',
      keys,
      definition: `CREATE INDEX ON x (${keys.join(', ')})`,
      valid: true,
      isPartial: false,
      patternOps: false,
    })),
  };
}

/** A million tickets: 20 000 accounts, 5 states, opened over time. */
const tickets = (indexes: string[][] = [['id']]): TableStatistics =>
  table(
    'tickets',
    1_000_000,
    [
      { name: 'id' },
      { name: 'account', distinct: 20_000 },
      { name: 'state', distinct: 5, type: 'text' },
      { name: 'kind', distinct: 1000, type: 'text' },
      { name: 'opened_at', type: 'timestamp with time zone' },
      { name: 'dueAt', type: 'timestamp with time zone' },
      { name: 'Title', type: 'text', hasByteOrder: false },
      { name: 'closed_at', distinct: -0.4, nullFraction: 0.99 },
      { name: 'deleted_at', distinct: -0.9, nullFraction: 0.02 },
      { name: 'labels', type: 'jsonb', isIndexable: false },
    ],
    indexes,
  );
const accounts = table(
  'accounts',
  50_000,
  [{ name: 'id' }, { name: 'email', type: 'text', hasByteOrder: false }, { name: 'region', distinct: 4, type: 'text' }],
  [['id']],
);

async function shapeOf(sql: string, tables: TableStatistics[]): Promise<QueryShape> {
  const parsed = await parseStatement(sql);
  if (parsed === null) return expect.fail(`cannot parse ${sql}`);
  return readQueryShape(
    parsed,
    tables.map(({ facts, columns }) => ({ schema: facts.schema, relation: facts.relation, columns: columns.map((column) => column.name) })),
  );
}

async function advise(sql: string, tables: TableStatistics[] = [tickets(), accounts], work: ScanWork[] = []): Promise<string[]> {
  return indexCandidates(await shapeOf(sql, tables), tables, work).map((candidate) =>
    candidate.statement.replace(/^CREATE INDEX CONCURRENTLY "[^"]+" ON /, ''),
  );
}

describe('btree candidates', () => {
  it.each([
    ['one equality', 'SELECT * FROM tickets WHERE account = $1', '"shop"."tickets" ("account")'],
    ['flipped sides and an alias', 'SELECT * FROM shop.tickets AS t WHERE $1 = t.account', '"shop"."tickets" ("account")'],
    ['a list', 'SELECT * FROM tickets WHERE account IN ($1, $2)', '"shop"."tickets" ("account")'],
    ['ANY of an array', 'SELECT * FROM tickets WHERE account = ANY($1)', '"shop"."tickets" ("account")'],
    ['OR over one column', 'SELECT * FROM tickets WHERE (account = $1 OR account = $2)', '"shop"."tickets" ("account")'],
    [
      'equality before range, whatever their order',
      'SELECT * FROM tickets WHERE opened_at > $1 AND opened_at < $2 AND kind = $3',
      '"shop"."tickets" ("kind", "opened_at")',
    ],
    ['the more selective equality first', 'SELECT * FROM tickets WHERE state = $1 AND kind = $2', '"shop"."tickets" ("kind", "state")'],
    [
      'no column that brings nothing',
      'SELECT * FROM tickets WHERE account = $1 AND state = $2 AND opened_at > $3',
      '"shop"."tickets" ("account")',
    ],
    [
      'order behind equality under a LIMIT',
      'SELECT * FROM tickets WHERE state = $1 ORDER BY opened_at DESC LIMIT 20',
      '"shop"."tickets" ("state", "opened_at")',
    ],
    ['order alone under a LIMIT', 'SELECT id FROM tickets ORDER BY opened_at LIMIT $1', '"shop"."tickets" ("opened_at")'],
    [
      'mixed directions written down',
      'SELECT id FROM tickets ORDER BY kind, opened_at DESC LIMIT 5',
      '"shop"."tickets" ("kind", "opened_at" DESC)',
    ],
    [
      'a prefix of text that is not in byte order',
      `SELECT id FROM tickets WHERE "Title" LIKE 'ab%'`,
      '"shop"."tickets" ("Title" text_pattern_ops)',
    ],
    [
      'a rare NULL as a partial index',
      'SELECT id FROM tickets WHERE kind = $1 AND deleted_at IS NULL',
      '"shop"."tickets" ("kind") WHERE "deleted_at" IS NULL',
    ],
    ['an UPDATE', 'UPDATE tickets SET state = $1 WHERE account = $2', '"shop"."tickets" ("account")'],
    ['a DELETE', 'DELETE FROM tickets WHERE account = $1', '"shop"."tickets" ("account")'],
    [
      'a look-up from the other side of a join',
      'SELECT * FROM accounts a JOIN tickets t ON t.account = a.id WHERE a.id = $1',
      '"shop"."tickets" ("account")',
    ],
    [
      'a subquery',
      'SELECT * FROM accounts WHERE id = $2 AND EXISTS (SELECT 1 FROM tickets t WHERE t.account = $1)',
      '"shop"."tickets" ("account")',
    ],
    [
      'a subquery that runs for every row',
      'SELECT a.id, (SELECT count(*) FROM tickets t WHERE t.account = a.id) FROM accounts a WHERE a.id < $1',
      '"shop"."tickets" ("account")',
    ],
    [
      'a list that a subquery delivers',
      'SELECT * FROM tickets WHERE account IN (SELECT id FROM accounts WHERE id = $1)',
      '"shop"."tickets" ("account")',
    ],
    ['an unqualified column found by the catalog', 'SELECT * FROM accounts, tickets WHERE kind = $1', '"shop"."tickets" ("kind")'],
    ['a CTE', 'WITH recent AS (SELECT * FROM tickets WHERE account = $1) SELECT count(*) FROM recent', '"shop"."tickets" ("account")'],
  ])('%s', async (_case, sql, expected) => {
    expect(await advise(sql)).toEqual([expected]);
  });

  it.each([
    ['a table that is small', 'SELECT * FROM accounts WHERE email = $1', [table('accounts', 900, [{ name: 'email' }])]],
    ['a condition that most rows meet', 'SELECT * FROM tickets WHERE state <> $1 AND opened_at > $2', [tickets()]],
    ['few distinct values', 'SELECT * FROM accounts WHERE region = $1', [accounts]],
    ['an index that exists', 'SELECT * FROM tickets WHERE account = $1', [tickets([['account']])]],
    ['an index that exists with more behind', 'SELECT * FROM tickets WHERE account = $1', [tickets([['account', 'opened_at']])]],
    [
      'an index with the equalities the other way round',
      'SELECT * FROM tickets WHERE state = $1 AND kind = $2',
      [tickets([['state', 'kind']])],
    ],
    ['an index that leaves few rows', 'SELECT * FROM tickets WHERE account = $1 AND kind = $2', [tickets([['account']])]],
    ['a name of WITH that hides the table', 'WITH tickets AS (SELECT 1 AS account) SELECT * FROM tickets WHERE account = $1', [tickets()]],
    ['a join over everything', 'SELECT count(*) FROM accounts a JOIN tickets t ON t.account = a.id', [tickets(), accounts]],
    ['a column that two tables have', 'SELECT * FROM tickets a, tickets b WHERE account = $1', [tickets()]],
  ])('none for %s', async (_case, sql, tables) => {
    expect(await advise(sql, tables)).toEqual([]);
  });

  it('believes what an execution kept of a range rather than a default', async () => {
    const sql = 'SELECT * FROM tickets WHERE opened_at > $1';
    expect(await advise(sql)).toEqual([]);
    const work = { relation: 'tickets', rowsKept: 900, rowsDropped: 999_100, rowsEstimated: 333_333 };
    expect(await advise(sql, [tickets()], [work])).toEqual(['"shop"."tickets" ("opened_at")']);
  });

  it('tells whether its order ends the scan at the LIMIT', async () => {
    const stopsEarly = async (sql: string): Promise<boolean[]> => {
      const tables = [tickets()];
      return indexCandidates(await shapeOf(sql, tables), tables, []).map((candidate) => candidate.stopsEarly === true);
    };
    expect(await stopsEarly('SELECT id FROM tickets ORDER BY opened_at DESC LIMIT 20')).toEqual([true]);
    expect(await stopsEarly('SELECT id FROM tickets WHERE account = $1 ORDER BY opened_at DESC')).toEqual([false]);
  });

  it('ignores an index that is not valid', async () => {
    const broken = tickets([['account']]);
    for (const index of broken.indexes) index.valid = false;
    expect(await advise('SELECT * FROM tickets WHERE account = $1', [broken])).toHaveLength(1);
  });

  it('asks for an inverted index where a document is searched', async () => {
    expect(await advise(`SELECT id FROM tickets WHERE labels @> $1`)).toEqual(['"shop"."tickets" USING gin ("labels")']);
  });

  it('gives the same name for the same index and no name over 63 bytes', async () => {
    const long = table('a_table_with_a_name_that_is_rather_long_for_its_purpose', 100_000, [{ name: 'a_column_with_a_long_name_too' }]);
    const sql = `SELECT 1 FROM ${long.facts.relation} WHERE a_column_with_a_long_name_too = $1`;
    const [first] = indexCandidates(await shapeOf(sql, [long]), [long], []);
    const [second] = indexCandidates(await shapeOf(sql, [long]), [long], []);
    const name = /"([^"]+)"/.exec(first?.statement ?? '')?.[1] ?? '';
    expect(name).toMatch(/_responder_idx$/);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(second?.statement).toBe(first?.statement);
  });
});

describe('predicates that hide their column', () => {
  const server: ServerFacts = {
    immutableFunctions: new Set(['lower', 'upper']),
    trigrams: { state: 'created', operatorClass: 'gin_trgm_ops' },
  };
  const hidden = async (sql: string, tables = [tickets(), accounts], facts = server): Promise<unknown> =>
    nonSargablePredicates(await shapeOf(sql, tables), tables, facts)[0];

  it.each([
    [
      'SELECT * FROM accounts WHERE lower(email) = $1',
      {
        kind: 'function-on-column',
        column: 'email',
        rewrite: null,
        indexStatement: expect.stringContaining('ON "shop"."accounts" ((lower(email)))') as string,
      },
    ],
    [
      'SELECT * FROM tickets WHERE id::text = $1',
      { kind: 'cast-on-column', column: 'id', rewrite: 'id = $1::bigint', indexStatement: null },
    ],
    ['SELECT * FROM tickets WHERE account = $1::numeric', { kind: 'cast-on-column', column: 'account', rewrite: 'account = $1::bigint' }],
    [
      'SELECT * FROM tickets WHERE opened_at::date = $1',
      { kind: 'cast-on-column', rewrite: 'opened_at >= $1::date AND opened_at < $1::date + 1' },
    ],
    [
      `SELECT * FROM tickets WHERE date_trunc('day', opened_at) = '2026-01-01'`,
      { kind: 'function-on-column', rewrite: `opened_at >= '2026-01-01'::date AND opened_at < '2026-01-01'::date + 1` },
    ],
    [
      `SELECT * FROM tickets t WHERE date_trunc('day', t."dueAt") = $1`,
      { column: 'dueAt', rewrite: `"dueAt" >= $1::date AND "dueAt" < $1::date + 1` },
    ],
    [
      'SELECT * FROM tickets WHERE extract(year from opened_at) = $1',
      { rewrite: 'opened_at >= make_date($1::int, 1, 1) AND opened_at < make_date($1::int + 1, 1, 1)' },
    ],
    ['SELECT * FROM tickets WHERE account + 1 = $1', { kind: 'arithmetic-on-column', rewrite: 'account = $1 - 1' }],
    [
      `SELECT * FROM tickets WHERE "Title" LIKE '%red%'`,
      { kind: 'leading-wildcard', column: 'Title', indexStatement: expect.stringContaining('USING gin ("Title" gin_trgm_ops)') as string },
    ],
    ['SELECT * FROM tickets WHERE "Title" ILIKE $1', { kind: 'case-insensitive-pattern' }],
    ['SELECT * FROM tickets WHERE "Title" LIKE $1', { kind: 'pattern-parameter' }],
    ['SELECT * FROM tickets WHERE "Title" ~ $1', { kind: 'regular-expression' }],
  ])('%s', async (sql, expected) => {
    expect(await hidden(sql)).toMatchObject(expected);
  });

  it('proposes no index on a function that is not immutable', async () => {
    expect(await hidden('SELECT * FROM accounts WHERE shout(email) = $1')).toMatchObject({
      indexStatement: null,
      rewrite: expect.stringContaining('alone') as string,
    });
  });

  it.each([
    [
      'created out of the search path',
      { state: 'created', operatorClass: 'extensions.gin_trgm_ops' },
      /"Title" extensions\.gin_trgm_ops/,
      null,
    ],
    [
      'delivered with the server',
      { state: 'available' },
      null,
      /: CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX CONCURRENTLY [^;]*; it serves/,
    ],
    ['not there', { state: 'absent' }, null, /contrib modules first\. Build .*CREATE EXTENSION/],
  ] as const)(
    'proposes a trigram index where pg_trgm is %s, and says what has to be run and that it is untried',
    async (_, trigrams, index, rewrite) => {
      for (const [text, expression] of [
        [`"Title" LIKE '%x%'`, '"Title"'],
        [`lower("Title") LIKE '%x%'`, '(lower("Title"))'],
      ] as const) {
        const found = await hidden(`SELECT * FROM tickets WHERE ${text}`, [tickets()], { ...server, trigrams });
        const { indexStatement, rewrite: advice } = found as { indexStatement: string | null; rewrite: string | null };
        expect(indexStatement ?? advice).toContain(`USING gin (${expression} `);
        if (index === null) expect(indexStatement).toBeNull();
        else expect(indexStatement?.replace('(lower("Title"))', '"Title"')).toMatch(index);
        if (rewrite === null) expect(advice).toBeNull();
        else expect(advice).toMatch(rewrite);
        expect(advice ?? 'untried').toContain('untried');
      }
    },
  );

  it('is silent when an index holds the expression', async () => {
    const served = {
      ...accounts,
      indexes: [
        { name: 'i', method: 'btree', keys: ['lower((email)::text)'], definition: '', valid: true, isPartial: false, patternOps: false },
      ],
    };
    expect(await hidden('SELECT * FROM accounts WHERE lower(email) = $1', [served])).toBeUndefined();
  });

  it('is silent about a plain comparison', async () => {
    expect(await hidden('SELECT * FROM accounts WHERE email = lower($1)')).toBeUndefined();
  });
});
