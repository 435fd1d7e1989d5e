import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { BodyMemory } from './access/body-memory.js';
import { letGo } from './access/let-go.js';

/** Contract of the hook: over 10 MB is a 413, counted unpacked. */
export const bodyLimitBytes = 10 * 1024 * 1024;
/** A sender that pauses this long in the middle of a body has gone. */
const pauseLimitMs = 10_000;

/** `parts` are views in order, valid until `release`. */
export type RawBody =
  { ok: true; parts: readonly Uint8Array[]; release: () => void } | { ok: false; reason: 'too-large' | 'aborted' | 'busy' };

/**
 * Collects at most `limitBytes` in memory that all requests share and reuse. A refused body is not read any further; whoever answers closes the connection.
 * The caller releases the bytes when it is done with them.
 */
export async function readRawBody(request: IncomingMessage, limitBytes: number, memory: BodyMemory): Promise<RawBody> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) return { ok: false, reason: 'too-large' };
  const room = memory.open();
  if (!room.widen(announced)) {
    room.release();
    return { ok: false, reason: 'busy' };
  }
  let sizeBytes = 0;
  return await new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const refuse = (reason: 'too-large' | 'aborted' | 'busy'): void => {
      clearTimeout(timer);
      request.removeAllListeners('data');
      request.pause();
      room.release();
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
      else if (!room.append(chunk)) refuse('busy');
      letGo(chunk);
    });
    request.on('end', () => {
      clearTimeout(timer);
      resolve({ ok: true, parts: room.parts(), release: room.release });
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
