import type { ProfileSummary } from '../../../core/model/profile.js';
import { readProfileFile } from '../../../adapters/artifacts/profile-file.js';
import type { ReadOptions } from '../../../core/profile/formats/format.js';
import { readProfile } from '../../../core/profile/read-profile.js';
import type { StackProfile } from '../../../core/profile/stack-profile.js';
import { summarizeProfile, type SummaryOptions } from '../../../core/profile/summarize.js';

const folder = new URL('../../../fixtures/profiles/', import.meta.url);

export function fixtureProfile(name: string, options: ReadOptions = {}): Promise<StackProfile> {
  return readProfileFile(new URL(name, folder).pathname, options);
}

/** A profile from text or bytes, in chunks of `chunkBytes`, as a stream would bring them. */
export function profileOf(content: string | Uint8Array, options: ReadOptions = {}, chunkBytes = 1 << 16): Promise<StackProfile> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return readProfile(inChunks(bytes, chunkBytes), options);
}

async function* inChunks(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

export async function summaryOf(folded: string, options: SummaryOptions & ReadOptions = {}): Promise<ProfileSummary> {
  const { kind, ...rest } = options;
  return summarizeProfile(await profileOf(folded, { format: 'folded', ...(kind === undefined ? {} : { kind }) }), rest);
}

/** Readable dump: one line a leaf, `name self`, heaviest first. */
export function leavesOf(profile: StackProfile): string[] {
  return summarizeProfile(profile, { top: 1000 }).leaves.map((leaf) => `${leaf.frame} ${leaf.self}`);
}
