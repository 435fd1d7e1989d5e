/** Statements that look like plain reads and run somebody's function: none is executed to see its plan. On a real server. */
import type pg from 'pg';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyUnsafeToExecute } from '../../adapters/databases/postgres/execution-safety.js';
import { analyzeTable } from '../../adapters/databases/postgres/postgres.js';
import type { Session } from '../../adapters/databases/postgres/session.js';
import { parseStatement } from '../../core/database/sql/parse-statement.js';
import { judgeSafety } from '../../core/database/sql/statement-safety.js';
import { startPostgres, type TestPostgres } from '../support/services/postgres.js';

let server: TestPostgres;
let client: pg.Client;

const schema = `
  CREATE TABLE accounts (id int PRIMARY KEY, owner text NOT NULL);
  INSERT INTO accounts SELECT i, 'o' || i FROM generate_series(1, 100) i;
  CREATE TABLE guarded (id int PRIMARY KEY);
  CREATE FUNCTION bell() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 1; END $$;
  CREATE FUNCTION drained(accounts) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 1; END $$;
  CREATE FUNCTION differ(int, int) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN true; END $$;
  CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = differ);
  CREATE SCHEMA shadow;
  CREATE FUNCTION shadow.lower(text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN $1; END $$;
  CREATE DOMAIN checked AS int CHECK (bell() = 1);
  ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
  CREATE POLICY p ON guarded USING (bell() = 1);`;

beforeAll(async () => {
  server = await startPostgres();
  client = await server.connect();
  await client.query(schema);
}, 120_000);

afterAll(async () => {
  await server.stop();
});

async function judge(statement: string, table = 'accounts'): Promise<string | null> {
  const parsed = (await parseStatement(statement)) ?? expect.fail('no statement');
  const safety = judgeSafety(parsed);
  if (!safety.safe) return safety.why;
  const session: Pick<Session, 'query'> = {
    query: async (text, row, values) => z.array(row).parse((await client.query<Record<string, unknown>>(text, values)).rows),
  };
  const tables = [{ schema: 'public', relation: table }];
  return await whyUnsafeToExecute(session as Session, safety.called, tables);
}

describe('a read that runs a function of somebody', () => {
  it.each([
    ['by its name', 'SELECT bell() FROM accounts', /volatile function bell/],
    ['as an attribute of a row', 'SELECT a.drained FROM accounts a', /volatile function drained/],
    ['as an attribute in brackets', 'SELECT (a).drained FROM accounts a', /volatile function drained/],
    ['by an operator', 'SELECT * FROM accounts WHERE id === 3', /operator === of the volatile function differ/],
    ['by an operator of a schema', 'SELECT * FROM accounts WHERE id OPERATOR(public.===) 3', /operator ===/],
    ['under a name of the system, in another schema', "SELECT * FROM accounts WHERE lower(owner) = 'x'", /volatile function lower/],
    ['by the check of a domain', 'SELECT id::checked FROM accounts', /checks of the domain checked/],
  ])('%s is not executed', async (_, statement, why) => {
    expect(await judge(statement)).toMatch(why);
  });

  it('by a policy is not executed', async () => {
    expect(await judge('SELECT * FROM guarded', 'guarded')).toMatch(/row security of guarded/);
  });

  it('by a cast is not executed, as long as such a cast exists', async () => {
    expect(await judge('SELECT * FROM accounts WHERE id = 1')).toBeNull();
    await client.query('CREATE TYPE odd AS (n int)');
    await client.query('CREATE FUNCTION to_odd(int) RETURNS odd LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN ROW(1)::odd; END $$');
    await client.query('CREATE CAST (int AS odd) WITH FUNCTION to_odd(int) AS IMPLICIT');
    expect(await judge('SELECT * FROM accounts WHERE id = 1')).toMatch(/cast by the volatile function to_odd/);
    await client.query('DROP CAST (int AS odd)');
  });

  it('is not executed beside names that anybody may define in a schema of the search path', async () => {
    await client.query('CREATE SCHEMA open_to_all');
    await client.query('GRANT CREATE ON SCHEMA open_to_all TO PUBLIC');
    await client.query('SET search_path = open_to_all, public');
    expect(await judge('SELECT * FROM accounts WHERE id = 1')).toMatch(/anybody may define in the schema open_to_all/);
    await client.query('RESET search_path');
  });
});

describe('a statement of the responder', () => {
  it('is exactly one, in strings as the parser reads them, whatever the role has set', async () => {
    await client.query('ALTER ROLE CURRENT_USER SET standard_conforming_strings = off');
    try {
      // With a backslash as escape the server would see the end of the string, and a second statement, elsewhere.
      const text = String.raw`ANALYZE "a\'; DROP TABLE accounts; --"`;
      await expect(
        analyzeTable({ url: server.url, statement: text, tag: 'i', signal: new AbortController().signal }),
      ).resolves.toMatchObject({ applied: false });
      expect((await client.query('SELECT count(*)::int AS n FROM accounts')).rows).toEqual([{ n: 100 }]);
    } finally {
      await client.query('ALTER ROLE CURRENT_USER RESET standard_conforming_strings');
    }
  });
});
