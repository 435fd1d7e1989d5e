import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, found from this file: it may run compiled (`dist/`) or be loaded as a source by the tests. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isProject(folder)) {
    if (dirname(folder) === folder) throw new Error('package.json of perf-incident-responder was not found above the lab');
    folder = dirname(folder);
  }
  return folder;
}

function isProject(folder: string): boolean {
  const file = join(folder, 'package.json');
  return existsSync(file) && readFileSync(file, 'utf8').includes('"@perf-incident-responder/cli"');
}

/** A compiled program of this project, to be started as a process of its own. */
export function compiledProgram(path: string): string {
  const program = join(projectRoot(), 'dist', path);
  if (!existsSync(program)) throw new Error(`${program} does not exist; run: npm run build`);
  return program;
}
