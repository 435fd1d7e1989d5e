import { describe, expect, it } from 'vitest';
import { chooseValues, hasOffsetParameter, type Page } from '../../../core/database/sql/parameter-values.js';
import { parseStatement, type ParsedStatement } from '../../../core/database/sql/parse-statement.js';
import { readQueryShape } from '../../../core/database/sql/read-shape.js';

async function parsed(sql: string): Promise<ParsedStatement> {
  return (await parseStatement(sql)) ?? expect.fail(`cannot parse ${sql}`);
}

async function valuesOf(sql: string, types: string[]): Promise<string[] | null> {
  const statement = await parsed(sql);
  return chooseValues(statement, readQueryShape(statement, []), [], types, 'typical');
}

describe('values for a statement whose constants the server replaced', () => {
  it.each([
    ['SELECT count(*) FROM scans WHERE date_trunc($2, at) = $1', ['timestamp with time zone', 'text'], `'day'::text`],
    ['SELECT count(*) FROM scans WHERE date_part($2, at) = $1', ['double precision', 'text'], `'day'::text`],
    ['SELECT count(*) FROM scans WHERE at AT TIME ZONE $2 > $1', ['timestamp without time zone', 'text'], `'UTC'::text`],
  ])('takes a word that the function knows: %s', async (sql, types, expected) => {
    expect((await valuesOf(sql, types))?.[1]).toBe(expected);
  });

  it('takes any text where any will do', async () => {
    expect(await valuesOf('SELECT count(*) FROM scans WHERE lower(gate) = $1', ['text'])).toEqual([`'a'::text`]);
  });
});

describe('values for LIMIT and OFFSET', () => {
  const sql = 'SELECT id FROM tickets ORDER BY title LIMIT $1 OFFSET $2';

  it.each<[string, Page | undefined, string[]]>([
    ['the first page unless told otherwise', undefined, [`'20'::bigint`, `'0'::bigint`]],
    ['the page that is asked for', { limit: 50, offset: 4000 }, [`'50'::bigint`, `'4000'::bigint`]],
  ])('%s', async (_case, page, expected) => {
    expect(chooseValues(await parsed(sql), { tables: [] }, [], ['bigint', 'bigint'], 'typical', page)).toEqual(expected);
  });

  it('tells whether a parameter decides how deep a page is', async () => {
    expect(hasOffsetParameter(await parsed(sql))).toBe(true);
    expect(hasOffsetParameter(await parsed('SELECT id FROM tickets ORDER BY title LIMIT $1 OFFSET 40'))).toBe(false);
  });
});
