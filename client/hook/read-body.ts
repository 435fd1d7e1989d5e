import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

/** Design §5: over 10 MB is 413, counted unpacked. */
export const bodyLimitBytes = 10 * 1024 * 1024;
/** A body that is refused is still read so far, so that the sender sees the answer and not a reset connection. */
const drainLimitBytes = 64 * 1024 * 1024;
const drainLimitMs = 10_000;

export type RawBody = { ok: true; raw: Buffer } | { ok: false; reason: 'too-large' | 'aborted' };

/** Collects at most `limitBytes`; more is thrown away, up to a bound in bytes and time. */
export async function readRawBody(request: IncomingMessage, limitBytes: number): Promise<RawBody> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  return await new Promise((resolve) => {
    const timer = setTimeout(() => {
      settle({ ok: false, reason: sizeBytes > limitBytes ? 'too-large' : 'aborted' });
    }, drainLimitMs);
    const settle = (body: RawBody): void => {
      clearTimeout(timer);
      resolve(body);
    };
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (sizeBytes > drainLimitBytes) settle({ ok: false, reason: 'too-large' });
    });
    request.on('end', () => {
      settle(sizeBytes > limitBytes ? { ok: false, reason: 'too-large' } : { ok: true, raw: Buffer.concat(chunks) });
    });
    request.on('error', () => {
      settle({ ok: false, reason: 'aborted' });
    });
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
