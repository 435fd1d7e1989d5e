import { setTimeout as sleep } from 'node:timers/promises';
import { statementDeltas } from '../../../core/database/statement-deltas.js';
import type { QueryScan } from '../../../core/model/database.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import { probeCapabilities } from './capabilities.js';
import type { OpenSession } from './observe.js';
import { readStatements } from './statistics.js';

/** Traffic of others with pauses of up to about a second shows in this; an alert is not kept waiting for more. */
const shortestMs = 1000;

/**
 * What runs in a database while `work` is done and no load is offered: whatever it is, other clients and other requests cause it. Null when the server
 * does not count statements, or does not let us look.
 */
export async function besideQuiet<T>(
  open: OpenSession,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<{ result: T; quiet: NonNullable<QueryScan['quiet']> | null }> {
  const watching = await startWatch(open, signal);
  const result = await work().catch(async (error: unknown) => {
    await watching?.close();
    throw error;
  });
  return { result, quiet: (await watching?.end()) ?? null };
}

interface Watch {
  end: () => Promise<NonNullable<QueryScan['quiet']> | null>;
  close: () => Promise<void>;
}

async function startWatch(open: OpenSession, signal: AbortSignal): Promise<Watch | null> {
  const session = await open(signal).catch((error: unknown) => {
    if (error instanceof EvidenceUnavailableError) return null;
    throw error;
  });
  if (session === null) return null;
  const close = async (): Promise<void> => await session.close();
  try {
    const { statements: source } = await probeCapabilities(session);
    if (source === null) {
      await close();
      return null;
    }
    const before = await readStatements(session, source);
    const startedMs = performance.now();
    const end: Watch['end'] = async () => {
      try {
        await sleep(Math.max(0, startedMs + shortestMs - performance.now()), undefined, { signal });
        const after = await readStatements(session, source);
        const { deltas } = statementDeltas(before, after);
        const statements = deltas.map(({ queryId, calls, rows }) => ({ queryId, calls, rows }));
        return { windowMs: after.takenAtMs - before.takenAtMs, statements };
      } catch (error) {
        signal.throwIfAborted();
        // A lost connection: the scan itself says so.
        if (error instanceof Error) return null;
        throw error;
      } finally {
        await close();
      }
    };
    return { end, close };
  } catch (error) {
    await close();
    signal.throwIfAborted();
    if (error instanceof Error) return null;
    throw error;
  }
}
