import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnreadableInputError } from '../../core/model/errors.js';

/** What people type for standard input. */
const standardInput = '-';

/** Memory for the chunks of a file. Fresh memory costs as much as reading into it, so a chunk that a reader gives back is used again. */
export interface ChunkMemory {
  take(): Buffer;
  /** Of chunks that did not come from here, nothing is taken. */
  giveBack(chunk: Uint8Array): void;
}

export function createChunkMemory(): ChunkMemory {
  const lent = new WeakSet<ArrayBufferLike>();
  let spare: Buffer | null = null;
  return {
    take() {
      const chunk = spare ?? Buffer.allocUnsafeSlow(chunkBytes);
      spare = null;
      lent.add(chunk.buffer);
      return chunk;
    },
    giveBack({ buffer }) {
      if (lent.delete(buffer)) spare = Buffer.from(buffer);
    },
  };
}

/**
 * A file as a stream of bytes, gunzipped when it is packed; `-` is standard input. `what` begins the message of an UnreadableInputError,
 * which is thrown for a file that cannot be opened or unpacked.
 */
export async function openBytes(
  path: string,
  what: string,
  memory: ChunkMemory = createChunkMemory(),
): Promise<AsyncGenerator<Uint8Array>> {
  if (path === standardInput) return await unpackedBytes(process.stdin, `${what} from standard input`);
  const file = await openFile(path, what);
  return await unpacked(chunksOf(fileChunks(file, memory), path), path);
}

async function openFile(path: string, what: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${what}: expected a readable file, got ${reason}; check the path and its permissions`, {
      cause: error,
    });
  }
}

/** Large enough that asking for the next piece costs nothing beside looking at it. */
const chunkBytes = 512 * 1024;

/** Without a stream in between, which would cost a tenth of what reading a large text takes. Readers may keep a chunk, unless they give it back. */
async function* fileChunks(file: FileHandle, memory: ChunkMemory): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const chunk = memory.take();
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, null);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The same for any stream. The first bytes tell whether it is packed, whatever its name is. */
export async function unpackedBytes(stream: Readable, name: string): Promise<AsyncGenerator<Uint8Array>> {
  return await unpacked(chunksOf(stream, name), name);
}

async function unpacked(chunks: AsyncGenerator<Uint8Array>, name: string): Promise<AsyncGenerator<Uint8Array>> {
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

async function* chunksOf(stream: AsyncIterable<unknown>, name: string): AsyncGenerator<Uint8Array> {
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
