import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { ReadOptions } from '../../core/profile/formats/format.js';
import { readProfile } from '../../core/profile/read-profile.js';
import type { StackProfile } from '../../core/profile/stack-profile.js';

/** Reads a profile file as a stream, gunzipping it when it is packed. Throws UnreadableInputError for whatever cannot be read. */
export async function readProfileFile(path: string, options: ReadOptions = {}): Promise<StackProfile> {
  const isPacked = isGzip(await firstBytes(path));
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  return readProfile(isPacked ? gunzipped(file) : chunksOf(file, path), { fileName: path, ...options });
}

/** The same for bytes that came over the network. */
export async function readProfileBytes(bytes: Uint8Array, options: ReadOptions = {}): Promise<StackProfile> {
  const source = Readable.from([bytes]);
  return readProfile(isGzip(bytes) ? gunzipped(source) : chunksOf(source, 'profile'), options);
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const bytes = new Uint8Array(2);
      await file.read(bytes, 0, 2, 0);
      return bytes;
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`profile: expected a readable file, got ${reason}. Check the path and its permissions.`, {
      cause: error,
    });
  }
}

async function* chunksOf(stream: Readable, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) {
      if (chunk instanceof Uint8Array) yield chunk;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${name}: reading failed: ${reason}.`, { cause: error });
  }
}

/** A bomb unpacks to far more than any profile; the readers' own limits stop it, for they see chunks. */
function gunzipped(stream: Readable): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  stream.once('error', (error) => gunzip.destroy(error));
  gunzip.once('close', () => stream.destroy());
  return chunksOf(stream.pipe(gunzip), 'profile (gzip)');
}
