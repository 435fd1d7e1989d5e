import { EvidenceUnavailableError } from '../../core/model/errors.js';

export interface PprofCaptureOptions {
  /** Origin (and prefix) of the Go service's debug server, as in `pprofUrl` of the catalog. */
  pprofUrl: string;
  durationMs: number;
  signal?: AbortSignal;
}

/** net/http/pprof answers when the window is over, so the time limit is the window and a margin. */
const marginMs = 15_000;
const maxBytes = 256 * 1024 * 1024;

/**
 * CPU profile of a Go service through `net/http/pprof` (gzipped pprof bytes). Redirects are not followed. Every obstacle is an
 * EvidenceUnavailableError with its remedy; an abort rejects with the signal's reason.
 */
export async function capturePprof(options: PprofCaptureOptions): Promise<Uint8Array> {
  const { pprofUrl, durationMs, signal } = options;
  const seconds = Math.max(1, Math.round(durationMs / 1000));
  const url = `${pprofUrl.replace(/(?<!\/)\/+$/, '')}/debug/pprof/profile?seconds=${seconds}`;
  const timeout = AbortSignal.timeout(durationMs + marginMs);
  try {
    const response = await fetch(url, { redirect: 'error', signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) });
    if (!response.ok) throw new Error(`it answered ${response.status}: ${(await response.text()).slice(0, 200).trim()}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > maxBytes) throw new Error(`it sent ${bytes.length} bytes`);
    return bytes;
  } catch (error) {
    signal?.throwIfAborted();
    throw unavailable(url, error);
  }
}

function unavailable(url: string, error: unknown): EvidenceUnavailableError {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const reason = error instanceof Error ? `${error.message}${cause}` : String(error);
  const remedy = /already/i.test(reason)
    ? 'Wait for the other CPU profile of this process to end'
    : 'Import net/http/pprof in the service, serve it on a loopback port and set `profiler: { pprofUrl: … }` to its origin';
  return new EvidenceUnavailableError({ id: 'pprof-profile', what: `CPU profile from ${url}`, why: reason, remedy }, { cause: error });
}
