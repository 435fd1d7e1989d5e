import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maskText } from '../../adapters/redaction/mask-stream.js';

/** Enough to see what a sender does wrong; a sender that never stops must not fill the disk. */
const keptDeliveries = 100;
const keptBytes = 256 * 1024;

/**
 * Keeps a delivery that was not understood and what was expected of it. Headers are left out, and secrets of the hook are masked, because senders put
 * credentials into bodies, too. Returns the file name.
 */
export async function storeRejected(
  directory: string,
  delivery: { source: string; receivedAt: string; expected: string; came: string; raw: Buffer; secrets: readonly string[] },
): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { raw, secrets, ...about } = delivery;
  const sha256 = createHash('sha256').update(raw).digest('hex');
  const name = `${delivery.receivedAt.replaceAll(/[:.]/g, '-')}-${delivery.source}-${sha256.slice(0, 12)}.json`;
  const record = { ...about, sha256, sizeBytes: raw.length, body: maskText(raw.toString('utf8'), secrets).slice(0, keptBytes) };
  await writeFile(join(directory, name), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  const names = (await readdir(directory)).sort();
  for (const old of names.slice(0, Math.max(0, names.length - keptDeliveries))) await rm(join(directory, old), { force: true });
  return name;
}
