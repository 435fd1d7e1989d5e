import { UnreadableInputError } from '../../../model/errors.js';

/** A longer "line" is a binary file or minified JSON, not a line format. */
const maxLineLength = 4_000_000;

/**
 * Calls `onLine` for every line of a byte stream, without its line end (LF or CRLF). UTF-8 unless a byte order mark or zero bytes
 * say UTF-16. Memory is one chunk and one line. The line is a slice of the chunk: who keeps it, copies it.
 */
export async function forEachLine(source: AsyncIterable<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let rest = '';
  for await (const chunk of source) {
    decoder ??= new TextDecoder(textEncodingOf(chunk));
    const text = rest + decoder.decode(chunk, { stream: true });
    const end = emitLines(text, onLine);
    rest = text.slice(end);
    if (rest.length > maxLineLength) {
      throw new UnreadableInputError(`profile: expected lines of text, got more than ${maxLineLength} characters without a line end.`);
    }
  }
  const last = rest + (decoder?.decode() ?? '');
  if (last !== '') onLine(last.endsWith('\r') ? last.slice(0, -1) : last);
}

function emitLines(text: string, onLine: (line: string) => void): number {
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    const stop = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    onLine(text.slice(start, stop));
    start = end + 1;
  }
  return start;
}

/** The encoding of a text file from its first bytes. */
export function textEncodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (second === 0 && fourth === 0 && first !== 0 && third !== 0) return 'utf-16le';
  if (first === 0 && third === 0 && second !== 0 && fourth !== 0) return 'utf-16be';
  return 'utf-8';
}
