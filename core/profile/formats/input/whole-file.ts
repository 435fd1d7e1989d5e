import { UnreadableInputError } from '../../../model/errors.js';

/** A JSON text longer than V8's longest string (512 MB) cannot be parsed; below this it fits into 1 GB with its objects. */
const maxBytes = 256 * 1024 * 1024;

/** Bytes of a format that cannot be read as a stream. */
export async function readAllBytes(source: AsyncIterable<Uint8Array>, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new UnreadableInputError(`${what}: expected at most ${maxBytes / 1048576} MB, this file is larger. Capture a shorter window.`);
    }
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A JSON document; what is wrong with it becomes an UnreadableInputError. */
export async function readJson(source: AsyncIterable<Uint8Array>, what: string): Promise<unknown> {
  const bytes = await readAllBytes(source, what);
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return parsed;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${what}: expected JSON, got ${bytes.length} bytes that are none (${reason}). Is the file complete?`);
  }
}
