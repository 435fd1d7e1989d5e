import { describe, expect, it } from 'vitest';
import { parseStatement } from '../../../core/database/sql/parse-statement.js';
import { judgeSafety, type Safety } from '../../../core/database/sql/statement-safety.js';

async function judge(sql: string): Promise<Safety> {
  const parsed = await parseStatement(sql);
  return parsed === null ? expect.fail(`cannot parse ${sql}`) : judgeSafety(parsed);
}

describe('which statements may be executed to see their plan', () => {
  it('a SELECT may, with everything that runs functions and that the catalog must be asked about', async () => {
    expect(await judge('SELECT lower(a), shop.price(b) FROM t WHERE c = $1')).toEqual({
      ...{ safe: true, called: { functions: ['lower', 'price'], attributes: ['a', 'b', 'c'], operators: ['='], types: [] } },
    });
    expect(await judge('SELECT t.total, (t).tax, a ~~~ b, c::shop.code FROM t WHERE a OPERATOR(s.===) b')).toMatchObject({
      ...{ called: { attributes: ['a', 'b', 'c', 't', 'tax', 'total'], operators: ['===', '~~~'], types: ['code'] } },
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
