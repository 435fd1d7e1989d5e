/** Programs get a list of arguments: where a shell is started, a person wrote its words for a shell. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const layers = ['activities', 'adapters', 'client', 'config', 'core', 'report', 'worker'];

/** A shell by name as a program, or one that Node would start. */
const startsShell = /['"`](?:\/bin\/)?(?:sh|bash|dash|zsh)['"`],|\bshell:\s*(?:true|['"`])|\bexec(?:Sync)?\b[^;]*from 'node:child_process'/;

it('a shell runs the commands of the catalog and the shell steps of runbooks, and nothing else', () => {
  const sources = layers.flatMap((layer) =>
    readdirSync(join(root, layer), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${layer}/${name}`),
  );
  expect(sources.length).toBeGreaterThan(100);
  const shells = sources.filter((name) => startsShell.test(readFileSync(join(root, name), 'utf8')));
  expect(shells.sort()).toEqual([
    'adapters/git/commit-service.ts',
    'adapters/kernel/guarded-process.ts',
    'adapters/runbook-steps/shell.ts',
    // Names of fences in Markdown.
    'config/runbook/cell-step.ts',
  ]);
});
