import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { analyzeLoad } from '../../core/load/analyze-load.js';
import { readLoad } from '../../core/load/read-load.js';
import type { FuzzTarget } from './target.js';

/** The beginning of a list of requests is damaged like the whole of it. */
const maxSeedBytes = 40_000;

/** Results of every load generator; which one it is, is found from the content. */
export function loadTargets(root: string): FuzzTarget[] {
  const folders = [join(root, 'fixtures/loads'), join(root, 'fixtures/k6')];
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('programs'))
      .map((name) => join(folder, name)),
  );
  const seeds = files
    .filter((path) => statSync(path).isFile())
    .map((path) => (path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)).subarray(0, maxSeedBytes));
  return [{ id: 'load', seeds, read: requireSoundLoad }];
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** Reads and judges. Throws UnreadableInputError, or another error when a number is none or a share is beyond 0 to 1. */
async function requireSoundLoad(bytes: Uint8Array): Promise<void> {
  const { latencyMs, requests, requestRate, failedRatio } = analyzeLoad(await readLoad(once(bytes)), { p95Ms: 250, errorRatio: 0.01 });
  const latencies = Object.values<number | null>({ ...latencyMs }).filter((value) => value !== null);
  // Null where the file does not tell.
  const share = failedRatio ?? 0;
  const numbers = [requests, requestRate, share, ...latencies];
  if (!numbers.every((value) => Number.isFinite(value))) throw new Error(`a number is none: ${numbers.join(', ')}`);
  if (share < 0 || share > 1) throw new Error(`a share of ${share}`);
}
