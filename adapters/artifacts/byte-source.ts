import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnreadableInputError } from '../../core/model/errors.js';

/** What people type for standard input. */
const standardInput = '-';

/**
 * A file as a stream of bytes, gunzipped when it is packed; `-` is standard input. `what` begins the message of an UnreadableInputError,
 * which is thrown for a file that cannot be opened or unpacked.
 */
export async function openBytes(path: string, what: string): Promise<AsyncGenerator<Uint8Array>> {
  if (path === standardInput) return await unpackedBytes(process.stdin, `${what} from standard input`);
  try {
    // Opened first: a stream tells a missing file only when it is read.
    await (await open(path)).close();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${what}: expected a readable file, got ${reason}; check the path and its permissions`, {
      cause: error,
    });
  }
  return await unpackedBytes(createReadStream(path, { highWaterMark: 256 * 1024 }), path);
}

/** The same for any stream. The first bytes tell whether it is packed, whatever its name is. */
export async function unpackedBytes(stream: Readable, name: string): Promise<AsyncGenerator<Uint8Array>> {
  const chunks = chunksOf(stream, name);
  const head: Uint8Array[] = [];
  for (let size = 0; size < 2;) {
    const next = await chunks.next();
    if (next.done === true) break;
    head.push(next.value);
    size += next.value.length;
  }
  const first = head.flatMap((chunk) => [...chunk.subarray(0, 2)]);
  const whole = again(head, chunks);
  return first[0] === 0x1f && first[1] === 0x8b ? gunzipped(whole, name) : whole;
}

async function* again(head: Uint8Array[], rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* head;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* chunksOf(stream: Readable, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) {
      if (chunk instanceof Uint8Array) yield chunk;
    }
  } catch (error) {
    if (error instanceof UnreadableInputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${name}: reading failed: ${reason}; is the file complete?`, { cause: error });
  }
}

/** A bomb unpacks to far more than any file of ours; the readers' own limits stop it, for they see chunks. */
function gunzipped(packed: AsyncGenerator<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed);
  const gunzip = createGunzip();
  source.once('error', (error) => gunzip.destroy(error));
  gunzip.once('close', () => source.destroy());
  return chunksOf(source.pipe(gunzip), name);
}
