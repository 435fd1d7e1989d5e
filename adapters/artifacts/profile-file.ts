import { Readable } from 'node:stream';
import type { ReadOptions } from '../../core/profile/formats/format.js';
import { readProfile } from '../../core/profile/read-profile.js';
import type { StackProfile } from '../../core/profile/stack-profile.js';
import { namingFile } from './naming-file.js';
import { isPerfData, readPerfData } from './perf-data.js';
import { createChunkMemory, openBytes, unpackedBytes } from './byte-source.js';

/** Reads a profile file as a stream, gunzipping it when it is packed and through `perf` when it is a recording of it; `-` is standard input. Throws UnreadableInputError for whatever cannot be read. */
export async function readProfileFile(path: string, options: ReadOptions = {}): Promise<StackProfile> {
  return await namingFile(path, async () => {
    if (options.format === undefined && (await isPerfData(path))) return await readPerfData(path, options);
    const memory = createChunkMemory();
    return await readProfile(await openBytes(path, 'profile', memory), {
      fileName: path,
      giveBack: (chunk) => memory.giveBack(chunk),
      ...options,
    });
  });
}

/** The same for bytes that came over the network. */
export async function readProfileBytes(bytes: Uint8Array, options: ReadOptions = {}): Promise<StackProfile> {
  return readProfile(await unpackedBytes(Readable.from([bytes]), 'profile'), options);
}
