import { describe, expect, it } from 'vitest';
import { chooseValues } from '../../../core/database/parameter-values.js';
import { parseStatement } from '../../../core/database/parse-statement.js';
import { readQueryShape } from '../../../core/database/read-shape.js';

async function valuesOf(sql: string, types: string[]): Promise<string[] | null> {
  const parsed = await parseStatement(sql);
  if (parsed === null) return expect.fail(`cannot parse ${sql}`);
  return chooseValues(parsed, readQueryShape(parsed, []), [], types, 'typical');
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
