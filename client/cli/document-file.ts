/** Documents of ours that people edit: where they are written, without losing anybody's words. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isDocumentOf, type FreshDocument } from '../../core/command/postmortem/blocks.js';
import { RefusedError, UnreadableInputError } from '../../core/model/errors.js';

export function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new UnreadableInputError(
      `expected a file that can be read and written, got ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

export interface Place {
  path: string;
  /** What we wrote there earlier; null: nothing is there. */
  existing: string | null;
  /** Somebody else's file has the name; it stays as it is. */
  foreign: string | null;
}

/** The first of `names` that is free or ours; otherwise a new name beside the last one. */
export async function placeOf(document: Pick<FreshDocument, 'kind' | 'subject'>, names: readonly string[], folder: string): Promise<Place> {
  let path = '';
  for (const name of names) {
    path = resolve(folder, name);
    const existing = await readIfThere(path);
    if (existing === null || isDocumentOf(existing, document)) return { path, existing, foreign: null };
  }
  const aside = `${path}.new`;
  const existing = await readIfThere(aside);
  if (existing !== null && !isDocumentOf(existing, document))
    throw new RefusedError(
      `expected the ${document.kind} of ${document.subject}, got other files at ${path} and ${aside}; neither is touched; name another file with --out`,
    );
  return { path: aside, existing, foreign: path };
}

/** Replaces the file in one step, so that no reader sees half of it. */
export async function save(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}
