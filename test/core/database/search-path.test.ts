import { describe, expect, it } from 'vitest';
import { effectivePath, readSearchPath } from '../../../core/database/sql/search-path.js';

describe('the search path of a role', () => {
  it.each([
    ['"$user", public', ['app', 'public']],
    ['Shop, "Odd ""Name""", pg_catalog', ['shop', 'Odd "Name"', 'pg_catalog']],
    ['$user,public', ['app', 'public']],
    ['""', []],
    ['', []],
    ['"a, b" , c', ['a, b', 'c']],
  ])('%s', (setting, schemas) => {
    expect(readSearchPath(setting, 'app')).toEqual(schemas);
  });

  it("has the system's names first, unless it says where they are", () => {
    expect(effectivePath(['a'])).toEqual(['pg_catalog', 'a']);
    expect(effectivePath(['a', 'pg_catalog'])).toEqual(['a', 'pg_catalog']);
  });
});
