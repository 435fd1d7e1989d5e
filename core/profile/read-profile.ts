import { UnreadableInputError } from '../model/errors.js';
import { maxHeadBytes, type Detection, type ProfileFormat, type ProfileHead, type ReadOptions } from './formats/format.js';
import { profileFormats } from './formats/registry.js';
import { textEncodingOf } from './formats/text-lines.js';
import type { StackProfile } from './stack-profile.js';

const headBytes = 64 * 1024;

/**
 * Reads a profile of any known format from a byte stream (already gunzipped). The formats are asked in turn; one that needs more gets up
 * to 1 MB. Memory depends on the distinct stacks for the line formats, on the file's size for JSON and protobuf (at most 256 MB).
 * Throws UnreadableInputError, and nothing else, for input that is no profile: the message says what was expected and what came.
 */
export async function readProfile(source: AsyncIterable<Uint8Array>, options: ReadOptions = {}): Promise<StackProfile> {
  const reader = source[Symbol.asyncIterator]();
  try {
    return await readFrom(reader, options);
  } finally {
    // A refused file is closed at once.
    await reader.return?.();
  }
}

async function readFrom(reader: AsyncIterator<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const chunks: Uint8Array[] = [];
  const head: ProfileHead = { bytes: new Uint8Array(), text: '', isComplete: false, fileName: options.fileName ?? '' };
  let format: ProfileFormat | null = null;
  for (let limit = headBytes; format === null; limit *= 4) {
    await readHead(reader, chunks, head, limit);
    format = chooseFormat(head, options, head.isComplete || limit >= maxHeadBytes);
  }
  const profile = await format.read(replay(chunks, reader), options);
  if (profile.total > 0 || profile.idleWeight !== null) return profile;
  throw new UnreadableInputError(
    `${format.id}: expected samples with a weight above 0, got none. Capture while the service is under load.`,
  );
}

async function readHead(reader: AsyncIterator<Uint8Array>, chunks: Uint8Array[], head: ProfileHead, limit: number): Promise<void> {
  let length = head.bytes.length;
  while (length < limit && !head.isComplete) {
    const next = await reader.next();
    if (next.done === true) head.isComplete = true;
    else {
      chunks.push(next.value);
      length += next.value.length;
    }
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  head.bytes = bytes;
  head.text = new TextDecoder(textEncodingOf(bytes)).decode(bytes);
}

function chooseFormat(head: ProfileHead, options: ReadOptions, isLast: boolean): ProfileFormat | null {
  const wanted = options.format;
  if (wanted !== undefined) {
    const named = profileFormats.find((format) => format.id === wanted);
    if (named !== undefined) return named;
    throw new UnreadableInputError(
      `profile format: expected one of ${profileFormats.map((format) => format.id).join(', ')}, got ${wanted}.`,
    );
  }
  refuseKnownForeign(head);
  const answers: [ProfileFormat, Detection][] = profileFormats.map((format) => [format, format.detect(head)]);
  const sure = answers.find(([, answer]) => answer === 'yes') ?? (isLast ? answers.find(([, answer]) => answer === 'maybe') : undefined);
  if (sure !== undefined) return sure[0];
  if (!isLast && answers.some(([, answer]) => answer === 'maybe')) return null;
  const expected = profileFormats.map((format) => format.expects).join('; ');
  throw new UnreadableInputError(
    `${head.fileName === '' ? 'profile' : head.fileName}: expected a profile (${expected}), got ${describeHead(head)}.`,
  );
}

function refuseKnownForeign(head: ProfileHead): void {
  const magic = String.fromCharCode(...head.bytes.subarray(0, 8));
  if (magic.startsWith('\u001f\u008b')) {
    throw new UnreadableInputError('profile: expected unpacked bytes, got gzip inside gzip. Run gunzip on it first.');
  }
  if (magic === 'PERFILE2') {
    throw new UnreadableInputError(
      'profile: expected text, got perf.data. Run `perf script --no-inline -F comm,pid,tid,time,period,event,ip,sym,dso -i FILE` and give its output.',
    );
  }
  if (magic.startsWith('FLR\u0000')) {
    throw new UnreadableInputError(
      'profile: expected stacks, got a JFR recording. Convert it: `jfrconv --cpu -o collapsed FILE OUT` (async-profiler).',
    );
  }
}

function describeHead(head: ProfileHead): string {
  if (head.bytes.length === 0) return 'an empty file';
  if (head.text.includes('\u0000')) return 'binary data of no known format';
  const line = head.text.split(/\r?\n/).find((text) => text.trim() !== '') ?? '';
  return `text that begins with "${line.slice(0, 80)}"`;
}

async function* replay(chunks: Uint8Array[], reader: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) yield chunk;
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value;
}
