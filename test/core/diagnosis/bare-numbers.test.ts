import { readdirSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareNumbers } from '../../support/bare-numbers.js';

/** Counted by `npm run lab -- --calibrate`, with the windows that each number comes from. */
const counted = 'hit-rates.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'numbers-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bareIn(text: string): number {
  const path = join(folder, 'some.ts');
  writeFileSync(path, text);
  return bareNumbers(path).length;
}

describe('numbers that decide something', () => {
  it('have a name, a unit and a source everywhere in the diagnosis', () => {
    const files = readdirSync('core/diagnosis', { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && name !== counted,
    );
    expect(files.length).toBeGreaterThan(40);
    expect(files.flatMap((name) => bareNumbers(join('core/diagnosis', name)))).toEqual([]);
  });

  it.each([
    ['compared in a rule', 'export const isSlow = (share: number): boolean => share > 0.3;', 1],
    ['a constant that says nothing', 'const most = 0.3;', 1],
    ['a constant that says why', '/** A third is more than either half of the rest. */\nconst most = 0.3;', 0],
    ['a threshold without its source', "export const limits = { most: { value: 0.3, unit: 'of the plan' } };", 1],
    ['a threshold with its source', "export const limits = { most: { value: 0.3, unit: 'of the plan', source: 'Half of it.' } };", 0],
    ['inside a function, whatever its comment', 'function f(): number {\n  /** Why. */\n  const most = 0.3;\n  return most;\n}', 1],
    ['digits of a sentence', 'export const text = (ms: number): string => (ms * 0.3).toFixed(4);', 1],
    ['milliseconds and per cent', 'export const text = (ms: number): string => `${ms / 1000} ${ms * 100}`;', 0],
  ])('%s', (_, text, expected) => {
    expect(bareIn(text)).toBe(expected);
  });
});
