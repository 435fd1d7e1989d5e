import { expect, it } from 'vitest';
import { functionEnd, sourceHint } from '../../../core/profile/source-hints.js';

it.each([
  ['  return JSON.stringify(rows);', 'serialization'],
  ['const copy = structuredClone(cart);', 'serialization'],
  ['if (/^(a+)+$/.test(name)) return;', 'regex'],
  ["return text.replace(/\\s+/g, ' ');", 'regex'],
  ['return pattern.test(review);', 'regex'],
  ["const key = pbkdf2Sync(password, salt, 1e5, 32, 'sha256');", 'crypto'],
  ["return createHash('sha256').update(body).digest('hex');", 'crypto'],
  ['response.end(gzipSync(page));', 'compression'],
  ["const page = readFileSync('page.html');", 'file-io'],
])('%s → %s', (line, category) => expect(sourceHint(line)).toBe(category));

it.each(['for (let n = 0; n < limit; n++) sum += n;', '// JSON.stringify(rows)', '', `${'x();'.repeat(200)}JSON.parse(a)`])(
  '%s tells nothing',
  (line) => expect(sourceHint(line)).toBeNull(),
);

it('finds the end of a function, so that a line of inlined code from elsewhere is not read in its file', () => {
  const lines = ['function a() {', "  const text = '}';", '  if (x) { y(); }', '}', 'const b = (s) => rx.test(s);', 'next();'];
  expect(functionEnd(lines, 1)).toBe(4);
  expect(functionEnd(lines, 5)).toBe(5);
});
