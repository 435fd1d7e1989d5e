import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

/** Design §5: over 10 MB is 413, counted unpacked. */
export const bodyLimitBytes = 10 * 1024 * 1024;
/** A sender that pauses this long in the middle of a body has gone. */
const pauseLimitMs = 10_000;

export type RawBody = { ok: true; raw: Buffer; release: () => void } | { ok: false; reason: 'too-large' | 'aborted' | 'busy' };

type Reserve = (bytes: number) => (() => void) | null;

/**
 * Collects at most `limitBytes`, each of them out of a budget that all requests share. What is refused is not read any further: whoever answers closes
 * the connection. The caller releases the bytes when it is done with them.
 */
export async function readRawBody(request: IncomingMessage, limitBytes: number, reserve: Reserve): Promise<RawBody> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) return { ok: false, reason: 'too-large' };
  const held: (() => void)[] = [];
  const release = (): void => held.splice(0).forEach((giveBack) => giveBack());
  const take = (bytes: number): boolean => {
    const giveBack = reserve(bytes);
    if (giveBack !== null) held.push(giveBack);
    return giveBack !== null;
  };
  if (!take(announced)) return { ok: false, reason: 'busy' };
  // Copied into one place as it comes: parts and whole side by side would take twice the memory.
  const whole = Buffer.allocUnsafe(announced);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  return await new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const refuse = (reason: 'too-large' | 'aborted' | 'busy'): void => {
      clearTimeout(timer);
      request.removeAllListeners('data');
      request.pause();
      chunks.length = 0;
      release();
      resolve({ ok: false, reason });
    };
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => refuse('aborted'), pauseLimitMs);
    };
    wait();
    request.on('data', (chunk: Buffer) => {
      wait();
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) refuse('too-large');
      else if (sizeBytes > announced && !take(chunk.length)) refuse('busy');
      else if (sizeBytes <= announced) chunk.copy(whole, sizeBytes - chunk.length);
      else chunks.push(chunk);
    });
    request.on('end', () => {
      clearTimeout(timer);
      resolve({ ok: true, raw: announced > 0 ? whole.subarray(0, sizeBytes) : Buffer.concat(chunks), release });
    });
    for (const event of ['error', 'close']) request.on(event, () => (request.complete ? undefined : refuse('aborted')));
  });
}

const unpackers = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

function unpackerOf(encoding: string) {
  return Object.entries(unpackers).find(([name]) => name === encoding)?.[1];
}

export type Unpacked =
  { ok: true; content: Buffer } | { ok: false; reason: 'too-large' } | { ok: false; reason: 'unreadable'; detail: string };

/** Undoes `Content-Encoding`, never producing more than the limit. */
export async function unpackBody(raw: Buffer, contentEncoding: string | undefined): Promise<Unpacked> {
  const encodings = (contentEncoding ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  let content = raw;
  for (const encoding of encodings.reverse()) {
    const unpack = unpackerOf(encoding);
    if (unpack === undefined)
      return { ok: false, reason: 'unreadable', detail: `content encoding ${encoding}; expected gzip, deflate, br or none` };
    try {
      content = await unpack(content, { maxOutputLength: bodyLimitBytes });
    } catch (error) {
      if (error instanceof RangeError) return { ok: false, reason: 'too-large' };
      return { ok: false, reason: 'unreadable', detail: `a body that is not ${encoding} although its header says so` };
    }
  }
  return { ok: true, content };
}

/** Undefined when the bytes are not JSON in UTF-8. */
export function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content)) as unknown;
  } catch {
    return undefined;
  }
}
