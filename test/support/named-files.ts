import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Test files that the configuration names, relative to the repository. A renamed file would lose its place without a word: it ends the run instead. */
export function namedFiles(files: readonly string[]): string[] {
  const missing = files.filter((file) => !existsSync(join(root, file)));
  if (missing.length > 0) {
    throw new Error(
      `expected every test file that vitest.config.ts and test/support/longest-first.ts name to exist, but these do not: ${missing.join(', ')}. Rename or remove them there.`,
    );
  }
  return [...files];
}
