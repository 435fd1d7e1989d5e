import { EvidenceUnavailableError } from '../../core/model/errors.js';
import { startDeadline } from '../checks/time-limit.js';

const withinMs = 8_000;

/** One GET of an API. What goes wrong is an EvidenceUnavailableError that names the API and never its token. */
export async function askJson(
  url: string,
  { what, token, signal }: { what: string; token: string | null; signal: AbortSignal },
): Promise<unknown> {
  const limit = startDeadline(signal, withinMs);
  const unavailable = (why: string, remedy: string, cause?: unknown): EvidenceUnavailableError =>
    new EvidenceUnavailableError({ id: 'changes', what, why: `${what}: ${why}`, remedy }, { cause });
  try {
    const headers = {
      accept: 'application/json',
      'user-agent': 'perf-incident-responder',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
    const response = await fetch(url, { redirect: 'error', headers, signal: limit.signal });
    const text = await response.text();
    if (!response.ok)
      throw unavailable(
        `status ${response.status}`,
        response.status === 401 || response.status === 403
          ? 'Check its token in deploy of the catalog.'
          : 'Check its name in deploy of the catalog.',
      );
    return JSON.parse(text);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EvidenceUnavailableError) throw error;
    const cause = error instanceof Error ? error.cause : null;
    throw unavailable(
      limit.isLate()
        ? `no answer within ${withinMs / 1000} s`
        : cause instanceof Error
          ? cause.message
          : error instanceof Error
            ? error.message
            : String(error),
      'Check its address in deploy of the catalog.',
      error,
    );
  } finally {
    limit.end();
  }
}
