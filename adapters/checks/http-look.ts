import { performance } from 'node:perf_hooks';
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import { startDeadline } from './time-limit.js';

export interface HttpLook {
  tookMs: number;
  /** Null: no answer. */
  status: number | null;
  contentType: string | null;
  /** The clock of the other side, in whole seconds; null: not told. */
  dateMs: number | null;
  /** Its first 64 KiB. */
  text: string;
  /** Why there was no answer; null: there was one. */
  error: string | null;
}

const bodyBytes = 64 * 1024;

function bodyOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const end = (): void => resolve(Buffer.concat(chunks).subarray(0, bodyBytes).toString('utf8'));
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes < bodyBytes) return;
      end();
      response.destroy();
    });
    response.on('end', end);
    response.on('error', reject);
    response.on('aborted', () => reject(new Error('the answer ended before it was complete')));
  });
}

function send(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const begin = url.protocol === 'https:' ? secureRequest : plainRequest;
    // A connection of its own each time: a kept one would always reach the same instance behind a balancer.
    const sent = begin(
      url,
      { method: 'GET', agent: false, signal, headers: { 'user-agent': 'perf-incident-responder', ...headers } },
      resolve,
    );
    sent.on('error', reject);
    sent.end();
  });
}

function dateOf(header: string | undefined): number | null {
  const ms = Date.parse(header ?? '');
  return Number.isNaN(ms) ? null : ms;
}

function whyNot(error: unknown, isLate: boolean, withinMs: number): string {
  if (isLate) return `no answer within ${withinMs / 1000} s`;
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const first = error.message.split('\n')[0] ?? '';
  return first === '' ? code : first;
}

/** One GET, redirects not followed, headers and body together within the time. Rejects only with the reason of `signal`. */
export async function lookAtUrl(
  url: string,
  { signal, withinMs, headers = {} }: { signal: AbortSignal; withinMs: number; headers?: Record<string, string> },
): Promise<HttpLook> {
  const limit = startDeadline(signal, withinMs);
  const startedAt = performance.now();
  try {
    const response = await send(new URL(url), { accept: '*/*', ...headers }, limit.signal);
    const text = await bodyOf(response);
    const tookMs = performance.now() - startedAt;
    const { statusCode = null, headers: answered } = response;
    return { tookMs, status: statusCode, contentType: answered['content-type'] ?? null, dateMs: dateOf(answered.date), text, error: null };
  } catch (error) {
    signal.throwIfAborted();
    const tookMs = performance.now() - startedAt;
    return { tookMs, status: null, contentType: null, dateMs: null, text: '', error: whyNot(error, limit.isLate(), withinMs) };
  } finally {
    limit.end();
  }
}
