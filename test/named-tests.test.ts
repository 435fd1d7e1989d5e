/** What the pages promise, they prove: each rule names the test behind it, and that test is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { namedFiles } from './support/named-files.js';

const named = /`(?:test\/)?([\w/-]+\.test\.ts)`/g;
const namesIn = (text: string): string[] => [...text.matchAll(named)].flatMap(([, name]) => name ?? []);
const pages = readdirSync('docs').filter((name) => name.endsWith('.md'));

describe('a page of the documentation', () => {
  it.each(pages)('%s names no test that is not there', (page) => {
    const missing = namesIn(readFileSync(`docs/${page}`, 'utf8')).filter((name) => !existsSync(`test/${name}`));
    expect(missing).toEqual([]);
  });

  it.each(pages)('%s names tests that can fail', (page) => {
    const named = [...new Set(namesIn(readFileSync(`docs/${page}`, 'utf8')))].filter((name) => existsSync(`test/${name}`));
    const empty = named.filter((name) => {
      const text = readFileSync(`test/${name}`, 'utf8');
      return !/\bexpect[(.]/.test(text) || /\b(?:it|describe)\.(?:skip|todo|only)\(/.test(text);
    });
    expect(empty).toEqual([]);
  });

  it('safety.md names a test in each of its rules', () => {
    const rules = readFileSync('docs/safety.md', 'utf8')
      .split(/\n(?=- |\n|#)/)
      .filter((part) => part.startsWith('- '));
    expect(rules.length).toBeGreaterThan(30);
    expect(rules.filter((rule) => namesIn(rule).length === 0)).toEqual([]);
  });
});

describe('the configuration of the tests', () => {
  it('refuses to start with a file that it names and that is gone', () => {
    const named = ['test/named-tests.test.ts', 'test/end-to-end/renamed.test.ts'];
    expect(() => namedFiles(named)).toThrow(/these do not: test\/end-to-end\/renamed\.test\.ts\. Rename/);
  });

  it('takes the files that are there', () => {
    expect(namedFiles(['test/named-tests.test.ts'])).toEqual(['test/named-tests.test.ts']);
  });
});
