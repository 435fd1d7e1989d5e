import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { UnreadableInputError } from '../../core/model/errors.js';
import { chooseFormat } from '../../core/profile/read-profile.js';
import { profileFormats } from '../../core/profile/formats/registry.js';
import { readProfile } from '../../core/profile/read-profile.js';
import type { StackProfile } from '../../core/profile/stack-profile.js';
import { summarizeProfile } from '../../core/profile/summarize.js';
import type { FuzzTarget } from './target.js';

/** Larger files make slow rounds, and their damage is no other. */
const maxSeedBytes = 200_000;

/** Every reader of the registry, with the fixtures that it takes; and the detection, with all of them. */
export function profileTargets(root: string): FuzzTarget[] {
  const files = fixtures(join(root, 'fixtures/profiles'));
  const seedsOf = new Map<string, Uint8Array[]>();
  for (const bytes of files) {
    const id = formatOf(bytes);
    if (id !== null) seedsOf.set(id, [...(seedsOf.get(id) ?? []), bytes]);
  }
  // A reader without a fixture gets those of all others.
  const readers = profileFormats.map(({ id }): FuzzTarget => ({
    id: `profile:${id}`,
    seeds: seedsOf.get(id) ?? files,
    read: (bytes) => check(bytes, id),
  }));
  return [...readers, { id: 'profile:detection', seeds: files, read: (bytes) => check(bytes, null) }];
}

function fixtures(folder: string): Uint8Array[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path))
    .map((bytes) => (bytes[0] === 0x1f && bytes[1] === 0x8b ? unpacked(bytes) : bytes))
    .filter((bytes) => bytes.length > 0 && bytes.length <= maxSeedBytes);
}

function unpacked(bytes: Buffer): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch {
    // A broken fixture is a seed as it is.
    return bytes;
  }
}

function formatOf(bytes: Uint8Array): string | null {
  try {
    const head = { bytes, text: new TextDecoder().decode(bytes), isComplete: true, fileName: '' };
    return chooseFormat(head, {}, true)?.id ?? null;
  } catch (error) {
    if (error instanceof UnreadableInputError) return null;
    throw error;
  }
}

async function check(bytes: Uint8Array, format: string | null): Promise<void> {
  const profile = await readProfile(chunks(bytes), format === null ? {} : { format });
  const problem = brokenPromise(profile);
  if (problem !== null) throw new Error(problem);
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  // Uneven pieces, as a stream brings them.
  for (let from = 0; from < bytes.length; from += 1009) yield bytes.subarray(from, from + 1009);
}

/** What every profile must hold, however damaged its file was. */
function brokenPromise(profile: StackProfile): string | null {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));
  let self = 0;
  for (let node = 0; node < profile.parents.length; node++) {
    const weight = profile.self[node] ?? NaN;
    if (!Number.isFinite(weight) || weight < 0) return `node ${node} weighs ${weight}`;
    if (node > 0 && !((profile.parents[node] ?? -1) < node)) return `node ${node} comes before its parent`;
    self += weight;
  }
  if (!near(self, profile.total)) return `total ${profile.total} is not the sum ${self} of the nodes`;
  const summary = summarizeProfile(profile, { top: 1_000_000 });
  const leaves = summary.leaves.reduce((sum, leaf) => sum + leaf.self, 0);
  if (!near(leaves, summary.total)) return `leaves sum to ${leaves}, the busy total is ${summary.total}`;
  const isShare = (share: number): boolean => share >= 0 && share <= 1;
  const wrong = summary.leaves.find(({ selfShare, ci }) => !isShare(selfShare) || !isShare(ci[0]) || !isShare(ci[1]) || ci[0] > ci[1]);
  return wrong === undefined ? null : `${wrong.frame} has the share ${wrong.selfShare} in ${wrong.ci.join(' to ')}`;
}

export const projectRoot = fileURLToPath(new URL(import.meta.url.includes('/dist/') ? '../../..' : '../..', import.meta.url));
