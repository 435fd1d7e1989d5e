import { scan } from 'libpg-query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutLiterals } from '../../../core/database/sql/without-literals.js';

describe('SQL without its literals', () => {
  it.each([
    ["UPDATE cards SET pin = '1234' WHERE id = 42", 'UPDATE cards SET pin = $1 WHERE id = $2'],
    ["CREATE ROLE bob PASSWORD 'hunter2'", 'CREATE ROLE bob PASSWORD $1'],
    ["SET app.user = 'ada@example.test'", 'SET app.user = $1'],
    ["COPY t FROM '/home/ada/x.csv'", 'COPY t FROM $1'],
    ["SELECT E'a\\'b', U&'\\0441', B'101', x'ff', N'n'", 'SELECT $1, $2, $3, $4, $5'],
    ['SELECT $tag$ it $$ is $tag$, $$x$$, $1', 'SELECT $2, $3, $1'],
    ['SELECT "o\'Brien", col1, 1.5e3, .5, 0xFF, 1_000', 'SELECT "o\'Brien", col1, $1, $2, $3, $4'],
    ['SELECT a -- ada@example.test\nFROM b /* card /* 4111 */ 1 */', 'SELECT a \nFROM b'],
    ["SELECT * FROM users WHERE email = 'ada@exam", 'SELECT * FROM users WHERE email = $1…'],
    ['SELECT * FROM users WHERE note = $$ada', 'SELECT * FROM users WHERE note = $1…'],
    ["SELECT 'a\\', 'secret' FROM b", 'SELECT $1…'],
    ['BEGIN', 'BEGIN'],
    ['', ''],
  ])('%s', (statement, kept) => {
    expect(withoutLiterals(statement)).toBe(kept);
  });

  it('knows the text and comments of MySQL', () => {
    const statement = "SELECT `it's`, \"Ada\", 'it\\'s', 7 # 4111\nFROM b";
    expect(withoutLiterals(statement, 'mysql')).toBe("SELECT `it's`, ?, ?, ? \nFROM b");
  });

  it("keeps no token that PostgreSQL's own lexer calls a constant", async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "'se''cret'",
        "E'se\\'cret'",
        '$$secret$$',
        "x'ff'",
        '42',
        '1.5',
        '"id"',
        'name',
        '$1',
        '(',
        ')',
        ',',
        '=',
        '--',
        '/*',
        '*/',
        '\n',
        "'",
        '"',
        '\\',
      ),
      fc.string({ maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const { tokens } = await scan(withoutLiterals(pieces.join(' '))).catch(() => ({ tokens: [] }));
        const constants = tokens.filter(({ tokenName, text }) => /CONST$/.test(tokenName) || /^(?:[xbn]|u&)?'|^\$\D/i.test(text));
        expect(constants.map(({ text }) => text)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
