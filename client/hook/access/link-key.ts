/** The key that signs links to reports. Senders of alerts do not have it, so that they cannot make links. */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../../config/catalog.js';
import { hmacHex, readReadToken } from './credentials.js';

const purpose = 'perf-incident-responder report link';

/**
 * Derived from the reader's secret, which command line, workers and hooks of all machines share. Without that secret, a random key in this machine's data
 * folder.
 */
export function keyOfLinks(catalog: Catalog, madeToken: string | null, dataDirectory: string): string {
  const token = readReadToken(catalog, madeToken);
  return hmacHex(token ?? keyInFolder(dataDirectory), purpose);
}

/** For callers that must not create a key: their links would be valid on no hook. */
export function existingKeyOfLinks(catalog: Catalog, dataDirectory: string): string | null {
  const secret = readReadToken(catalog, null) ?? readKey(join(dataDirectory, 'link-key'));
  return secret === null ? null : hmacHex(secret, purpose);
}

function readKey(file: string): string | null {
  try {
    const key = readFileSync(file, 'utf8').trim();
    return key.length >= 32 ? key : null;
  } catch {
    return null;
  }
}

/** Writes the whole file or nothing: several processes may start at once, and all of them need the same key. */
function keyInFolder(dataDirectory: string): string {
  const file = join(dataDirectory, 'link-key');
  const known = readKey(file);
  if (known !== null) return known;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const key = randomBytes(32).toString('hex');
  writeFileSync(draft, `${key}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch {
    // If another process was first, its key counts.
  } finally {
    rmSync(draft, { force: true });
  }
  return readKey(file) ?? key;
}
