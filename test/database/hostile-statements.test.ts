/** Statements that look like plain reads and run somebody's function: none is executed to see its plan. On a real server. */
import pg from 'pg';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApplicationPath, tellOwner } from '../../adapters/databases/postgres/application-path.js';
import { whyUnsafeToExecute } from '../../adapters/databases/postgres/execution-safety.js';
import { analyzeTable, observeDatabase, openSession, scanQueries } from '../../adapters/databases/postgres/postgres.js';
import { probeServer } from '../../adapters/databases/postgres/server-features.js';
import type { Session } from '../../adapters/databases/postgres/session.js';
import { readTables } from '../../adapters/databases/postgres/tables.js';
import { parseStatement } from '../../core/database/sql/parse-statement.js';
import { judgeSafety } from '../../core/database/sql/statement-safety.js';
import { RefusedError } from '../../core/model/errors.js';
import { observeWhile } from '../support/observe-while.js';
import { startPostgres, type TestPostgres } from '../support/services/postgres.js';

let server: TestPostgres;
let client: pg.Client;
const never = new AbortController().signal;

const schema = `
  CREATE TABLE accounts (id int PRIMARY KEY, owner text NOT NULL);
  INSERT INTO accounts SELECT i, 'o' || i FROM generate_series(1, 100) i;
  CREATE TABLE guarded (id int PRIMARY KEY);
  CREATE FUNCTION bell() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 1; END $$;
  CREATE FUNCTION drained(accounts) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 1; END $$;
  CREATE FUNCTION differ(int, int) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN true; END $$;
  CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = differ);
  CREATE FUNCTION touched(anyelement) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 1; END $$;
  CREATE FUNCTION random(int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 1; END $$;
  CREATE FUNCTION counted(int, int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 1; END $$;
  CREATE AGGREGATE tally(int) (SFUNC = counted, STYPE = int, INITCOND = '0');
  CREATE FUNCTION sound(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1';
  CREATE SCHEMA shadow;
  CREATE FUNCTION shadow.lower(text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN $1; END $$;
  CREATE FUNCTION shadow.lower(varchar) RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN $1; END $$;
  CREATE FUNCTION shadow.sound(int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 1; END $$;
  CREATE SCHEMA odd;
  CREATE FUNCTION odd.unequal(text, varchar) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN true; END $$;
  CREATE OPERATOR odd.<> (LEFTARG = text, RIGHTARG = varchar, FUNCTION = odd.unequal);
  CREATE DOMAIN checked AS int CHECK (bell() = 1);
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE FUNCTION taking(checked) RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
  CREATE FUNCTION giving(int) RETURNS checked LANGUAGE sql STABLE AS 'SELECT $1';
  CREATE TYPE crate AS (label text, weight checked);
  CREATE DOMAIN whole AS accounts CHECK (bell() = 1);
  CREATE TABLE trips (id int, day date) PARTITION BY RANGE (day);
  CREATE EXTENSION postgres_fdw;
  CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
  CREATE FOREIGN TABLE trips_old PARTITION OF trips FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') SERVER elsewhere;
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

const look = {
  ...{ name: 'shop', delayMs: 0, durationMs: 300, signal: never, url: '' },
  servicePorts: () => Promise.resolve(new Set<number>()),
};

async function judge(statement: string, table = 'accounts', path = ['public']): Promise<string | null> {
  const parsed = (await parseStatement(statement)) ?? expect.fail('no statement');
  const safety = judgeSafety(parsed);
  if (!safety.safe) return safety.why;
  const session: Pick<Session, 'query'> = {
    query: async (text, row, values) => z.array(row).parse((await client.query<Record<string, unknown>>(text, values)).rows),
  };
  const tables = [{ schema: 'public', relation: table }];
  return await whyUnsafeToExecute(session as Session, { called: safety.called, tables, path });
}

describe('a read that runs a function of somebody', () => {
  it.each([
    ['by its name', 'SELECT bell() FROM accounts', /volatile function bell/],
    ['as an attribute of a row', 'SELECT a.drained FROM accounts a', /volatile function drained/],
    ['as an attribute in brackets', 'SELECT (a).drained FROM accounts a', /volatile function drained/],
    ['by an operator', 'SELECT * FROM accounts WHERE id === 3', /operator === of the volatile function differ/],
    ['by an operator of a schema', 'SELECT * FROM accounts WHERE id OPERATOR(public.===) 3', /operator ===/],
    ['as an attribute, for rows of any table', 'SELECT a.touched FROM accounts a', /volatile function touched/],
    ['under a harmless name of the system', 'SELECT random(id) FROM accounts', /volatile function random/],
    ['as a part of an aggregate', 'SELECT tally(id) FROM accounts', /aggregate tally of the volatile function counted/],
    ['in a schema that is named', 'SELECT shadow.sound(id) FROM accounts', /volatile function sound/],
    ['by an operator of an order', 'SELECT * FROM accounts ORDER BY id USING ===', /operator ===/],
    ['by an operator of a subquery', 'SELECT * FROM accounts WHERE id === ANY (SELECT 1)', /operator ===/],
    ['by the check of a domain', 'SELECT id::checked FROM accounts', /checks of the domain checked by the volatile function bell/],
    ['by the check of a domain that is written as a call', 'SELECT checked(id) FROM accounts', /checks of the domain checked/],
    ['by the check of a domain over its elements', 'SELECT ARRAY[id]::checked[] FROM accounts', /checks of the domain checked/],
    ['by the check of a domain in a row', "SELECT ROW('a', id)::crate FROM accounts", /checks of the domain checked/],
    ['by the check of a domain over the row', 'SELECT a.whole FROM accounts a', /checks of the domain whole/],
    ['by the check of a domain that a function takes', 'SELECT taking(id) FROM accounts', /checks of the domain checked/],
    ['by the check of a domain that a function gives', 'SELECT giving(id) FROM accounts', /checks of the domain checked/],
  ])('%s is not executed', async (_, statement, why) => {
    expect(await judge(statement)).toMatch(why);
  });

  it.each([
    ["SELECT * FROM accounts WHERE lower(owner) = 'x'", 'shadow', /volatile function lower/],
    ['SELECT sound(id) FROM accounts', 'shadow', /volatile function sound/],
    ["SELECT * FROM accounts WHERE owner <> 'x'", 'odd', /operator <> of the volatile function unequal/],
  ])('is found where the search path finds it, and only there: %s', async (statement, schema, why) => {
    expect(await judge(statement)).toBeNull();
    expect(await judge(statement, 'accounts', [schema, 'public'])).toMatch(why);
  });

  it('is hidden by what the system calls by the same name and types, unless the path puts the system last', async () => {
    await client.query('ALTER FUNCTION shadow.lower(varchar) RENAME TO other');
    const statement = 'SELECT lower(owner) FROM accounts';
    expect(await judge(statement, 'accounts', ['shadow'])).toBeNull();
    expect(await judge(statement, 'accounts', ['shadow', 'pg_catalog'])).toMatch(/volatile function lower/);
    await client.query('ALTER FUNCTION shadow.other(varchar) RENAME TO lower');
  });

  it.each([
    'SELECT gen_random_uuid(), clock_timestamp() FROM accounts',
    'SELECT id::positive, sum(id) OVER (ORDER BY id) FROM accounts',
    'SELECT max(length(owner)) FROM accounts GROUP BY id % 3',
  ])('is not seen where there is none: %s', async (statement) => {
    expect(await judge(statement)).toBeNull();
  });

  it('on another server, as a part of the table, is not executed', async () => {
    expect(await judge('SELECT * FROM trips', 'trips')).toMatch(/server behind trips_old/);
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
    const path = ['open_to_all', 'public'];
    expect(await judge('SELECT * FROM accounts WHERE id = 1', 'accounts', path)).toMatch(/anybody may define in the schema open_to_all/);
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

describe('the names of a statement', () => {
  it('are those of the role that runs it, in its own search path, and who else may define some is told', { timeout: 60_000 }, async () => {
    const database = new URL(server.url).pathname.slice(1);
    await client.query(`
      CREATE ROLE app LOGIN PASSWORD 'app'; GRANT SELECT ON accounts TO app; GRANT USAGE ON SCHEMA shadow TO app;
      CREATE ROLE somebody; GRANT CREATE ON SCHEMA public TO somebody;
      ALTER ROLE app SET search_path = nowhere; ALTER ROLE app IN DATABASE ${database} SET search_path = 'shadow', "$user", missing, public`);
    const app = new pg.Client({ connectionString: server.urlFor('app') });
    await app.connect();
    const session = await openSession(server.url, { signal: never, statementTimeoutMs: 5_000 });
    try {
      const observation = await observeWhile({ ...look, url: server.url }, async () => {
        for (const statement of ['SELECT sound(id) FROM accounts', 'SELECT max(id) FROM accounts']) await app.query(statement);
      });
      const scan = await scanQueries({ url: server.url, observation, signal: never });
      const found = (word: string) => scan.statements.find(({ statement }) => statement.text.includes(word)) ?? expect.fail(`no ${word}`);
      expect(found('sound(id)')).toMatchObject({
        ...{ planSource: 'explain', planNote: expect.stringMatching(/not executed: it calls the volatile function sound/) as string },
      });
      expect(found('max(id)')).toMatchObject({
        ...{ planSource: 'analyze', planNote: expect.stringMatching(/somebody may create in the schema "public"/) as string },
      });
      const path = await readApplicationPath(session, 'public', found('max(id)').statement.queryId);
      expect(path).toEqual({ role: 'app', schemas: ['shadow', 'public'] });
    } finally {
      await Promise.all([session.close(), app.end()]);
      await client.query('DROP OWNED BY app, somebody; DROP ROLE app, somebody');
    }
  });
});

describe('a connection that may do more than look', () => {
  it('is refused when it may do anything and this is not development, for looks and for remedies', async () => {
    const place = { url: server.url, mayBeSuperuser: false, signal: never };
    const observed = await observeDatabase({ ...look, ...place });
    const refused = { id: 'database-superuser', why: 'its role is a superuser, which is refused outside development' };
    expect(observed.missing).toEqual([expect.objectContaining(refused)]);
    expect(await scanQueries({ ...place, observation: observed })).toMatchObject({ statements: [], missing: [refused] });
    await expect(analyzeTable({ ...place, statement: 'ANALYZE accounts', tag: 'i' })).rejects.toThrow(RefusedError);
  });

  it('is told when it owns a table of the statements', async () => {
    await client.query("CREATE ROLE keeper LOGIN PASSWORD 'keeper' IN ROLE pg_monitor");
    await client.query('CREATE TABLE kept (id int); ALTER TABLE kept OWNER TO keeper');
    const session = await openSession(server.urlFor('keeper'), { signal: never, statementTimeoutMs: 5_000, mayBeSuperuser: false });
    const tablesOf = async (...names: string[]) => {
      const unqualified = names.map((relation) => ({ schema: null, relation }));
      return (await readTables(session, unqualified, ['public'])).tables;
    };
    try {
      const features = await probeServer(session);
      const told = { id: 'database-owner', why: 'the role keeper owns public.kept, and may change and drop it' };
      expect(await tellOwner(session, features, await tablesOf('kept', 'accounts'))).toEqual([expect.objectContaining(told)]);
      expect(await tellOwner(session, features, await tablesOf('accounts'))).toEqual([]);
    } finally {
      await session.close();
      await client.query('DROP TABLE kept; DROP ROLE keeper');
    }
  });
});
