import { describe, expect, it } from 'vitest';
import type { CalledName } from '../../../core/database/sql/called-names.js';
import { parseStatement } from '../../../core/database/sql/parse-statement.js';
import { judgeSafety, type Safety } from '../../../core/database/sql/statement-safety.js';

async function judge(sql: string): Promise<Safety> {
  const parsed = await parseStatement(sql);
  return parsed === null ? expect.fail(`cannot parse ${sql}`) : judgeSafety(parsed);
}

const comparisons = ['<', '<=', '<>', '=', '>', '>='];

async function called(sql: string): Promise<Record<string, string[]>> {
  const judged = await judge(sql);
  if (!judged.safe) return expect.fail(judged.why);
  const written = ({ schema, name }: CalledName): string => (schema === null ? name : `${schema}.${name}`);
  const { functions, attributes, operators, types } = judged.called;
  const all = Object.entries({ functions, attributes, operators, types });
  return Object.fromEntries(all.map(([kind, names]) => [kind, names.map(written).sort()]));
}

describe('which statements may be executed to see their plan', () => {
  it('a SELECT may, with everything that runs functions and that the catalog must be asked about', async () => {
    expect(await called('SELECT lower(a), shop.price(b) FROM t WHERE c = $1')).toEqual({
      functions: ['lower', 'shop.price'],
      attributes: ['a', 'b', 'c'],
      operators: comparisons,
      types: ['lower', 'shop.price'],
    });
    expect(await called('SELECT t.total, (t).tax, a ~~~ b, c::shop.code FROM t WHERE a OPERATOR(s.===) b ORDER BY a USING <<<')).toEqual({
      functions: [],
      attributes: ['a', 'b', 'c', 't', 'tax', 'total'],
      operators: [...comparisons, '<<<', 's.===', '~~~'].sort(),
      types: ['shop.code'],
    });
    expect(await called('SELECT * FROM f() AS x(a shop.code), t TABLESAMPLE shop.odd(1)')).toMatchObject({
      ...{ functions: ['f', 'shop.odd'], types: ['f', 'shop.code'] },
    });
  });

  it.each([
    ['UPDATE t SET a = 1', 'no SELECT'],
    ['DELETE FROM t', 'no SELECT'],
    ['INSERT INTO t SELECT 1', 'no SELECT'],
    ['SELECT * FROM t FOR UPDATE', 'locks'],
    ['SELECT * FROM (SELECT * FROM t FOR SHARE) x', 'locks'],
    ['SELECT 1 INTO t', 'creates a table'],
    ['SELECT 1 INTO t UNION SELECT 2', 'creates a table'],
    ['WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone', 'changes data'],
    ['SELECT pg_advisory_lock(1)', 'pg_advisory_lock'],
    ['SELECT * FROM t WHERE pg_catalog.pg_sleep(1) IS NULL', 'pg_sleep'],
    ["SELECT nextval('s')", 'nextval'],
    ["SELECT dblink_exec('x', 'DROP TABLE t')", 'dblink'],
  ])('%s may not', async (sql, why) => {
    expect(await judge(sql)).toMatchObject({ safe: false, why: expect.stringContaining(why) as string });
  });

  it.each(['SELECT 1; SELECT 2', '', 'SELEC 1', 'SELECT * FROM t WHERE a ='])('%j is not one statement that can be parsed', async (sql) => {
    expect(await parseStatement(sql)).toBeNull();
  });
});
