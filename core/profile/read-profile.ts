import { UnreadableInputError } from '../model/errors.js';
import { describeForeign } from './formats/foreign.js';
import { maxHeadBytes, type Detection, type ProfileFormat, type ProfileHead, type ReadOptions } from './formats/format.js';
import { jsonShape } from './formats/input/json-shape.js';
import { pastedText, type PastedText } from './formats/input/pasted-text.js';
import { profileFormats } from './formats/registry.js';
import { textEncodingOf } from './formats/input/text-lines.js';
import type { StackProfile } from './stack-profile.js';

const headBytes = 64 * 1024;
/** The decisive keys of JSON may stand behind long metadata; such files are read whole anyway. */
const maxJsonHeadBytes = 64 * 1024 * 1024;
/** What people paste is not longer. */
const maxPastedBytes = 16 * 1024 * 1024;

/**
 * Reads a profile of any known format from a byte stream (already gunzipped). The formats are asked in turn; one that needs more gets up
 * to 1 MB, JSON up to 64 MB. Memory depends on the distinct stacks for the line formats, on the file's size for JSON and protobuf (at most 256 MB).
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
  try {
    const format = await formatOf(reader, chunks, head, options);
    return await readAs(format, replay(chunks, reader), options);
  } catch (error) {
    if (!(error instanceof UnreadableInputError) || options.format !== undefined || pastedText(head.text) === null) throw error;
    // Nothing was read yet when no format was found; then all of the text may stand beyond the head.
    if (chunks.length > 0) await readHead(reader, chunks, head, maxPastedBytes);
    if (!head.isComplete) throw error;
    const pasted = pastedText(head.text);
    if (pasted === null) throw error;
    return await readPasted(pasted, options, error);
  }
}

async function formatOf(
  reader: AsyncIterator<Uint8Array>,
  chunks: Uint8Array[],
  head: ProfileHead,
  options: ReadOptions,
): Promise<ProfileFormat> {
  for (let limit = headBytes; ; limit *= 4) {
    await readHead(reader, chunks, head, limit);
    const most = jsonShape(head).root === null ? maxHeadBytes : maxJsonHeadBytes;
    const format = chooseFormat(head, options, head.isComplete || limit >= most);
    if (format !== null) return format;
  }
}

async function readAs(format: ProfileFormat, source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const profile = await format.read(source, options);
  if (profile.total > 0 || profile.idleWeight !== null) return profile;
  throw new UnreadableInputError(
    `${format.id}: expected samples with a weight above 0, got none. Capture while the service is under load.`,
  );
}

/** Reads what stands inside a paste, or refuses it by its name; `refusal` is what was wrong with the file as it is. */
async function readPasted({ text, isLog }: PastedText, options: ReadOptions, refusal: UnreadableInputError): Promise<StackProfile> {
  const bytes = new TextEncoder().encode(text);
  const head: ProfileHead = { bytes, text, isComplete: true, fileName: options.fileName ?? '' };
  const foreign = describeForeign(head);
  if (foreign !== null) throw new UnreadableInputError(`${nameOf(head)}: ${foreign}`);
  try {
    const format = chooseFormat(head, options, true);
    // Many messages of logs look like folded stacks.
    if (format === null || (isLog && format.id === 'folded')) throw refusal;
    const profile = await readAs(format, replay([bytes], { next: () => Promise.resolve({ done: true, value: undefined }) }), options);
    const note = { id: 'pasted', detail: 'read without what stands around it (a log, a terminal, quotes or a page)' };
    return { ...profile, notes: [...profile.notes, note] };
  } catch (error) {
    throw error instanceof UnreadableInputError ? refusal : error;
  }
}

function nameOf(head: ProfileHead): string {
  return head.fileName === '' ? 'profile' : head.fileName;
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

export function chooseFormat(head: ProfileHead, options: ReadOptions, isLast: boolean): ProfileFormat | null {
  const wanted = options.format;
  if (wanted !== undefined) {
    const named = profileFormats.find((format) => format.id === wanted);
    if (named !== undefined) return named;
    throw new UnreadableInputError(
      `profile format: expected one of ${profileFormats.map((format) => format.id).join(', ')}, got ${wanted}.`,
    );
  }
  const foreign = describeForeign(head);
  if (foreign !== null) throw new UnreadableInputError(`${nameOf(head)}: ${foreign}`);
  const answers: [ProfileFormat, Detection][] = profileFormats.map((format) => [format, format.detect(head)]);
  const sure = answers.find(([, answer]) => answer === 'yes');
  if (sure !== undefined) return sure[0];
  const perhaps = answers.find(([, answer]) => answer === 'maybe');
  if (perhaps !== undefined && !isLast) return null;
  // JSON is named by its keys: one whose keys nobody knows is no broken file of the first format that could not rule it out.
  if (perhaps !== undefined && jsonShape(head).root === null) return perhaps[0];
  return refuseUnknown(head);
}

function refuseUnknown(head: ProfileHead): never {
  const known = profileFormats.map((format) => format.id).join(', ');
  throw new UnreadableInputError(
    `${nameOf(head)}: expected a profile of a known format (${known}), got ${describeHead(head)}. docs/formats.md says which tool writes what, and how to convert others.`,
  );
}

function describeHead(head: ProfileHead): string {
  if (head.bytes.length === 0) return 'an empty file';
  const { root, paths } = jsonShape(head);
  if (root !== null) {
    const top = [...paths].filter((path) => !path.includes('.') || path.startsWith('[].')).slice(0, 8);
    return `JSON of no known format (${top.length === 0 ? `an ${root} without keys` : `keys ${top.join(', ')}`})`;
  }
  if (head.text.includes('\u0000')) return 'binary data of no known format';
  const line = head.text.split(/\r?\n/).find((text) => text.trim() !== '') ?? '';
  return `text that begins with "${line.slice(0, 80)}"`;
}

async function* replay(chunks: Uint8Array[], reader: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) yield chunk;
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value;
}
