/** Runbooks by file or by name: those of the catalog's services first, then those that come with the product. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalog } from '../catalog.js';
import { nearestName } from '../nearest-name.js';
import { parseRunbook } from './read-runbook.js';
import type { Runbook } from '../../core/command/runbook/runbook.js';
import { UnreadableInputError } from '../../core/model/errors.js';

export interface FoundRunbook {
  path: string;
  text: string;
  isShipped: boolean;
}

export interface ListedRunbook extends FoundRunbook {
  runbook: Runbook | null;
  /** Why it cannot be read. */
  problem: string | null;
}

const isRunbookFile = (name: string): boolean => /\.(?:ya?ml|md|markdown)$/i.test(name);

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function filesIn(path: string): Promise<string[]> {
  if (!(await isFolder(path))) return [path];
  return (await readdir(path))
    .filter(isRunbookFile)
    .sort()
    .map((name) => join(path, name));
}

/** Beside the sources, and above the compiled files. */
async function shippedFolder(): Promise<string | null> {
  for (const place of ['../../runbooks', '../../../runbooks']) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (await isFolder(path)) return path;
  }
  return null;
}

async function readListed(path: string, isShipped: boolean): Promise<ListedRunbook> {
  const text = await readText(path);
  try {
    return { path, text, isShipped, runbook: parseRunbook(text, path), problem: null };
  } catch (error) {
    if (!(error instanceof UnreadableInputError)) throw error;
    return { path, text, isShipped, runbook: null, problem: error.message };
  }
}

export async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`runbook: expected a file at ${resolve(path)}, but it cannot be read (${reason})`, { cause: error });
  });
}

export async function listRunbooks(catalog: Catalog | null): Promise<ListedRunbook[]> {
  const named = Object.values(catalog?.services ?? {}).flatMap(({ runbooks = [] }) => runbooks);
  const own = await Promise.all([...new Set(named)].map((path) => filesIn(resolve(catalog?.directory ?? '.', path))));
  const shipped = await shippedFolder();
  const ofProduct = shipped === null ? [] : await filesIn(shipped);
  return Promise.all([
    ...[...new Set(own.flat())].map((path) => readListed(path, false)),
    ...ofProduct.map((path) => readListed(path, true)),
  ]);
}

/** Every runbook of a folder, or the one of a file or name. Throws UnreadableInputError, also for a folder that has none. */
export async function findRunbooks(wanted: string, catalog: Catalog | null): Promise<FoundRunbook[]> {
  if (!(await isFolder(wanted))) return [await findRunbook(wanted, catalog)];
  const files = await filesIn(wanted);
  if (files.length === 0)
    throw new UnreadableInputError(`runbook: expected a folder with runbooks (.yaml, .yml, .md), got ${wanted}, which has none`);
  return Promise.all(files.map(async (path) => ({ path, text: await readText(path), isShipped: false })));
}

/** A name that is no file is one of a runbook. Throws UnreadableInputError with the names that there are. */
export async function findRunbook(wanted: string, catalog: Catalog | null): Promise<FoundRunbook> {
  if (wanted.includes('/') || isRunbookFile(wanted)) return { path: wanted, text: await readText(wanted), isShipped: false };
  const listed = await listRunbooks(catalog);
  const found = listed.find(({ runbook }) => runbook?.name === wanted);
  if (found !== undefined) return found;
  const broken = listed.find(({ path }) => basename(path).replace(/\.\w+$/, '') === wanted);
  if (broken?.problem != null) throw new UnreadableInputError(broken.problem);
  const names = listed.flatMap(({ runbook }) => (runbook === null ? [] : [runbook.name]));
  const near = nearestName(wanted, names);
  throw new UnreadableInputError(
    `expected a file or one of the runbooks ${names.join(', ') || '(none)'}, got "${wanted}"${near === null ? '' : `; did you mean "${near}"?`}`,
  );
}
