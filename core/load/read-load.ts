import { UnreadableInputError } from '../model/errors.js';
import type { LoadResult } from '../model/load-result.js';
import { textEncodingOf } from '../profile/formats/input/text-lines.js';
import type { LoadFileFormat, LoadHead } from './formats/format.js';
import { foreignFiles } from './formats/known-foreign.js';
import { loadFormats } from './formats/registry.js';
import { withoutColours } from './formats/tool-text.js';

const headBytes = 64 * 1024;
/** A JSON result is recognised as a whole; none is larger than this. A printed summary may stand at the end of a log. */
const maxHeadBytes = 64 * 1024 * 1024;

/**
 * Reads the result of a load run in any known form from a byte stream (already gunzipped). Lists of single requests are streamed.
 * Throws UnreadableInputError, and nothing else, for a file that is none: what was expected, what came and what to give instead.
 */
export async function readLoad(source: AsyncIterable<Uint8Array>, fileName = ''): Promise<LoadResult> {
  const reader = source[Symbol.asyncIterator]();
  try {
    const chunks: Uint8Array[] = [];
    let head: LoadHead = { text: '', isComplete: false, fileName, document: undefined, firstLine: undefined };
    let format: LoadFileFormat | null = null;
    for (let limit = headBytes; format === null; limit *= 4) {
      head = await readHead(reader, chunks, head, limit);
      format = chooseFormat(head, limit >= maxHeadBytes);
    }
    return requireNumbers(await format.read(replay(chunks, reader)), fileName);
  } finally {
    await reader.return?.();
  }
}

/** A broken file can hold digits beyond what a number can be, alone or in sum. */
function requireNumbers(result: LoadResult, fileName: string): LoadResult {
  const { latencyMs, requests, requestRate, failedRatio } = result;
  const told = Object.entries({ requests, requestRate, failedRatio, ...latencyMs });
  const none = told.find(([, value]) => value !== null && !Number.isFinite(value));
  if (none === undefined) return result;
  throw new UnreadableInputError(
    `${fileName === '' ? 'load' : fileName}: expected times and counts, got ${none[0]} = ${none[1]}, which no run has; give the unmodified file`,
  );
}

async function readHead(reader: AsyncIterator<Uint8Array>, chunks: Uint8Array[], before: LoadHead, limit: number): Promise<LoadHead> {
  let length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  let { isComplete } = before;
  while (length < limit && !isComplete) {
    const next = await reader.next();
    if (next.done === true) isComplete = true;
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
  const text = withoutColours(new TextDecoder(textEncodingOf(bytes)).decode(bytes));
  const lineEnd = text.indexOf('\n');
  const document = isComplete ? tryJson(text) : undefined;
  const firstLine = document ?? (lineEnd === -1 ? undefined : tryJson(text.slice(0, lineEnd)));
  return { text, isComplete, fileName: before.fileName, document, firstLine };
}

function tryJson(text: string): unknown {
  const start = text.trimStart().at(0);
  if (start !== '{' && start !== '[') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Null: more of the file is wanted. A format of whole documents cannot say before the document is complete. */
function chooseFormat(head: LoadHead, isLast: boolean): LoadFileFormat | null {
  const answers = loadFormats.map((format) => [format, format.detect(head)] as const);
  const sure = answers.find(([, answer]) => answer === 'yes');
  if (sure !== undefined) return sure[0];
  if (!head.isComplete && !isLast) return null;
  const foreign = foreignFiles.find(({ isIt }) => isIt(head));
  if (foreign !== undefined)
    throw new UnreadableInputError(`${nameOf(head)}: this is ${foreign.name}, which is not read; ${foreign.remedy}`);
  const expected = [...new Set(loadFormats.map(({ expects }) => expects))].join('; ');
  throw new UnreadableInputError(
    `${nameOf(head)}: expected the result of a load run (${expected}), got ${describe(head)}; make one with k6 run --summary-export summary.json script.js`,
  );
}

function nameOf({ fileName }: LoadHead): string {
  return fileName === '' ? 'load' : fileName;
}

function describe({ text, document }: LoadHead): string {
  if (text.trim() === '') return 'an empty file';
  if (Array.isArray(document)) return 'a JSON list';
  if (typeof document === 'object' && document !== null) {
    const keys = Object.keys(document).slice(0, 5);
    return keys.length === 0 ? 'an empty JSON object' : `JSON with the keys ${keys.join(', ')}`;
  }
  if (text.slice(0, 1000).includes('\u0000')) return 'binary data of no known form';
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? '';
  return `${/^\s*[[{]/.test(line) ? 'JSON that is broken or cut off' : 'text'} that begins with "${line.trim().slice(0, 80)}"`;
}

async function* replay(chunks: Uint8Array[], reader: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) yield chunk;
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value;
}
