import type { IncomingMessage, ServerResponse } from 'node:http';
import { letGo } from './access/let-go.js';

/** One HTTP answer; `body` is sent as JSON unless it is a text or bytes. */
export interface Answer {
  status: number;
  body: unknown;
  contentType?: string;
  headers?: Record<string, string>;
}

const always = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

export function problem(status: number, error: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}): Answer {
  return { status, body: { error, ...more }, headers };
}

export const busy = problem(503, 'too many bodies at once; send it again', {}, { 'retry-after': '1' });

function contentOf(body: unknown): string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : `${JSON.stringify(body)}\n`;
}

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const isText = typeof answer.body === 'string';
  const whole = contentOf(answer.body);
  response.writeHead(answer.status, {
    ...always,
    'content-type': answer.contentType ?? (isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8'),
    'content-length': String(Buffer.byteLength(whole)),
    ...answer.headers,
  });
  const content = response.req.method === 'HEAD' ? '' : whole;
  if (response.req.complete) response.end(content);
  else endUnread(response, content);
}

/**
 * The sender is still sending its body. It gets its answer at once and the end of the connection only later, because otherwise the connection would be
 * reset before the answer is read. A small rest is thrown away, and the connection can be reused; a large one is not even read.
 */
const smallRestBytes = 64 * 1024;
const lingerMs = 3_000;

function endUnread(response: ServerResponse, content: string | Buffer): void {
  const { req } = response;
  response.write(content);
  const timer = setTimeout(() => req.socket.destroy(), lingerMs);
  for (const event of ['end', 'close'])
    req.once(event, () => {
      clearTimeout(timer);
      response.end();
    });
  if (Number(req.headers['content-length'] ?? Infinity) <= smallRestBytes) req.resume();
  else stopReading(req);
}

/** Drops what already arrived of it while the connection lingers: hundreds of such connections would hold as much as the largest bodies. */
function stopReading(request: IncomingMessage): void {
  request.socket.pause();
  request._read = () => undefined;
  for (let rest: unknown = request.read(); rest !== null; rest = request.read()) if (Buffer.isBuffer(rest)) letGo(rest);
}
