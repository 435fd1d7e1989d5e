import { readFileSync, readdirSync } from 'node:fs';

const folder = new URL('../../../fixtures/k6/', import.meta.url);

/** Text of every recording of one case: all shapes, k6 1.1 and 2.2. */
export function recordings(name: string): { file: string; text: string }[] {
  const files = readdirSync(folder).filter((file) => file.startsWith(`${name}.`));
  if (files.length < 4) throw new Error(`expected recordings of ${name} in fixtures/k6, found ${files.length}`);
  return files.map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));
}
