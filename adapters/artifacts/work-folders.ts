/** Folders in which loads ran: `work/<workflow id>-<run id>-<activity id>` of a data folder. One stays when its worker died, or its files could not be stored. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredArtifact } from './artifact-store.js';

export function workDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'work');
}

/** Name of the folder for a key; also how the key of an open workflow begins there. */
export function workFolderName(key: string): string {
  return key.replaceAll(/[^A-Za-z0-9._-]/g, '_');
}

/** Paths are names below `work`. */
export async function listWorkFolders(dataDirectory: string): Promise<StoredArtifact[]> {
  const directory = workDirectory(dataDirectory);
  const names = await readdir(directory).catch((): string[] => []);
  return await Promise.all(names.map(async (path) => ({ path, ...(await measure(join(directory, path))) })));
}

export async function removeWorkFolder(dataDirectory: string, path: string): Promise<void> {
  await rm(join(workDirectory(dataDirectory), path), { recursive: true, force: true });
}

/** What vanishes meanwhile counts nothing. */
async function measure(directory: string): Promise<{ sizeBytes: number; storedAtMs: number }> {
  const names = await readdir(directory, { recursive: true }).catch((): string[] => []);
  const entries = await Promise.all(['.', ...names].map((name) => stat(join(directory, name)).catch(() => null)));
  return {
    sizeBytes: entries.reduce((total, entry) => total + (entry?.isFile() === true ? entry.size : 0), 0),
    storedAtMs: Math.max(0, ...entries.map((entry) => entry?.mtimeMs ?? 0)),
  };
}
