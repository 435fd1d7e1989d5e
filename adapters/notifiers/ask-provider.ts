import { ProgramFailedError } from '../../core/model/errors.js';

/** 4xx that say "later": a slow request, and too many of them, for which Statuspage has 420, too. */
const passing: readonly number[] = [408, 420, 429];
/** A quarter of an hour: a receiver of the whole incident is given up then. */
const longestPauseMs = 15 * 60_000;

export interface ProviderRequest {
  /** Who is asked, for messages; never the address, which may hold a secret. */
  provider: string;
  method?: 'GET' | 'POST' | 'PATCH';
  url: string;
  headers?: Record<string, string>;
  /** Sent as JSON when it is an object, as it is when it is a text. */
  body?: string | object;
  timeoutMs: number;
}

/** `Retry-After` in seconds or as a date; null when there is none that can be read. */
function retryAfterMs(value: string | null): number | null {
  if (value === null || value.trim() === '') return null;
  const seconds = Number(value);
  const pauseMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(pauseMs) ? null : Math.min(longestPauseMs, Math.max(0, Math.ceil(pauseMs)));
}

async function exchange(request: ProviderRequest, signal: AbortSignal): Promise<{ response: Response; body: string }> {
  const { provider, method = 'POST', url, headers, body, timeoutMs } = request;
  const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        'user-agent': 'perf-incident-responder',
        ...headers,
      },
      ...init,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return { response, body: await response.text() };
  } catch (error) {
    signal.throwIfAborted();
    const message = `${provider} could not be reached or did not answer within ${timeoutMs / 1000} s; check its address and the network`;
    throw new ProgramFailedError({ program: provider, exitCode: null, message, retryable: true }, { cause: error });
  }
}

/**
 * The body of an answer of 2xx. Redirects are not followed: only the address in the catalog is told anything. Throws ProgramFailedError, retryable
 * unless the provider refused (4xx other than 408, 420 and 429), with the pause that it asked for.
 */
export async function askProvider(request: ProviderRequest, signal: AbortSignal): Promise<string> {
  const { response, body } = await exchange(request, signal);
  if (response.ok) return body;
  const { provider } = request;
  const { status } = response;
  const retryable = status >= 500 || passing.includes(status);
  throw new ProgramFailedError({
    program: provider,
    exitCode: status,
    message: `${provider} answered ${status}, expected 2xx; ${retryable ? 'it is tried again' : 'check its address and what it accepts'}`,
    retryable,
    retryAfterMs: retryable ? retryAfterMs(response.headers.get('retry-after')) : null,
  });
}
