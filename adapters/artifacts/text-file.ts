import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { UnreadableInputError } from '../../core/model/errors.js';
import { textEncodingOf } from '../../core/profile/formats/input/text-lines.js';

/** Summaries and plans are read whole; nothing of either kind is larger. */
const limitBytes = 256 * 1024 * 1024;
const megabyte = 1024 * 1024;

function tooLarge(what: string, came: string): UnreadableInputError {
  return new UnreadableInputError(
    `${what}: expected a file of at most ${limitBytes / megabyte} MB, got ${came}; choose the summary, not the raw points`,
  );
}

async function unpacked(bytes: Buffer, what: string): Promise<Buffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: limitBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(what, 'more when it is unpacked');
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${what}: expected a whole gzip file, got one that cannot be unpacked (${reason}); copy it again`, {
      cause: error,
    });
  }
}

const standardInput = '-';

async function readWhole(file: string, what: string): Promise<Buffer> {
  const { size } = await stat(file);
  if (size > limitBytes) throw tooLarge(what, `${Math.round(size / megabyte)} MB`);
  return await readFile(file);
}

async function readStandardInput(what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limitBytes) throw tooLarge(what, 'more on standard input');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * A small text as people have it on disk: packed or not, UTF-8 or what a Windows shell writes (UTF-16), with or without a byte order mark.
 * The name `-` is standard input. `what` begins the message of an UnreadableInputError.
 */
export async function readTextFile(file: string, what: string): Promise<string> {
  try {
    const bytes = await unpacked(file === standardInput ? await readStandardInput(what) : await readWhole(file, what), what);
    return new TextDecoder(textEncodingOf(bytes)).decode(bytes);
  } catch (error) {
    if (error instanceof UnreadableInputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${what}: expected a readable file, got ${reason}; check the path`, { cause: error });
  }
}
