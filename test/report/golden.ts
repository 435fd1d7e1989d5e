import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

const directory = new URL('../../fixtures/expected/', import.meta.url);

/** Compares with `fixtures/expected/<name>`. `UPDATE_GOLDEN=1 npx vitest run test/report` writes all of them anew; review the diff. */
export function expectGolden(name: string, actual: string): void {
  const file = new URL(name, directory);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
  expect(actual).toBe(readFileSync(file, 'utf8'));
}
