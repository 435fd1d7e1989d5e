import { expect, it } from 'vitest';
import { regexNames } from '../../../core/profile/regex-calls.js';
import { functionEnd, functionHint, functionText, sourceHint } from '../../../core/profile/source-hints.js';

it.each([
  ['  return JSON.stringify(rows);', 'serialization'],
  ['const copy = structuredClone(cart);', 'serialization'],
  ['if (/^(a+)+$/.test(name)) return;', 'regex'],
  ["return text.replace(/\\s+/g, ' ');", 'regex'],
  ['return pattern.test(review);', 'regex'],
  ['const found = EMAIL_RE.exec(line);', 'regex'],
  ['const parts = line.match(this.emailPattern);', 'regex'],
  ["const key = pbkdf2Sync(password, salt, 1e5, 32, 'sha256');", 'crypto'],
  ["return createHash('sha256').update(body).digest('hex');", 'crypto'],
  ['response.end(gzipSync(page));', 'compression'],
  ["const page = readFileSync('page.html');", 'file-io'],
])('%s → %s', (line, category) => expect(sourceHint({ text: line })).toBe(category));

it.each(['const route = router.match(path);', 'const rows = store.exec(sql);', 'if (!schema.test(body)) refuse();', 'prose.test(text)'])(
  '%s may be anything',
  (text) => expect(sourceHint({ text })).toBeNull(),
);

it('knows a regular expression by its declaration in the same file, whatever it is called', () => {
  const names = regexNames([
    'const prose = /^(?:[a-z]+ ?)+$/;',
    'static #mail: RegExp = new RegExp(source);',
    'const rules = { zip: /^\\d+$/ };',
    'const half = total /2;',
    'const store = open(path);',
  ]);
  expect([...names]).toEqual(['prose', 'mail', 'zip']);
  for (const text of ['return prose.test(text);', 'if (this.#mail.exec(line)) n++;', 'text.replace(rules.zip, "")']) {
    expect(sourceHint({ text, regexNames: names })).toBe('regex');
  }
  expect(sourceHint({ text: 'store.exec(sql)', regexNames: names })).toBeNull();
});

it.each(['for (let n = 0; n < limit; n++) sum += n;', '// JSON.stringify(rows)', '', `${'x();'.repeat(200)}JSON.parse(a)`])(
  '%s tells nothing',
  (text) => expect(sourceHint({ text })).toBeNull(),
);

it('finds the end of a function, so that a line of inlined code from elsewhere is not read in its file', () => {
  const lines = ['function a() {', "  const text = '}';", '  if (x) { y(); }', '}', 'const b = (s) => rx.test(s);', 'next();'];
  expect(functionEnd(lines, 1)).toBe(4);
  expect(functionEnd(lines, 5)).toBe(5);
});

it.each([
  ['(a){let t=JSON.stringify(b.slice(0,a));return JSON.parse(t).length+t.length}', 'serialization'],
  ['(a){for(let b of a)c+=JSON.stringify(b).length}', 'unclear'],
  ['(a){return JSON.stringify(a.map(b=>b*b))}', 'unclear'],
  ['(a){return d.test(a)?JSON.parse(a):null}', 'unclear'],
  ['(a,b){let w=0;for(let i=1;i<400;i++)w+=Math.sin(a*i);return w}', null],
])('a function on a packed line, %s → %s', (text, hint) => expect(functionHint({ text })).toBe(hint));

it('cuts one function out of a packed line, whatever its strings hold', () => {
  const line = 'function a(b){return"}"+b}var c=(d,e)=>e.json(f(d)),g=h=>{i(h)};';
  expect(functionText(line, line.indexOf('(b)'))).toBe('(b){return"}"+b}');
  expect(functionText(line, line.indexOf('(d,e)'))).toBe('(d,e)=>e.json(f(d))');
  expect(functionText(line, line.indexOf('h=>'))).toBe('h=>{i(h)}');
  expect(functionText('function a(b){return b', 10)).toBeNull();
});
