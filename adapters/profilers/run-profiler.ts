import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGuarded } from '../kernel/guarded-process.js';

/** From the end of a window to the profile on disk: symbols are read by then. */
const marginMs = 30_000;
const graceMs = 2_000;

const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** All that a profiler of the system needs: no variable of the worker, whose environment holds secrets. */
export const systemEnvironment = { PATH: systemFolders.join(':'), LC_ALL: 'C.UTF-8' };

/** Where the system has a program; null when it has none. */
export function systemProgram(name: string): string | null {
  return (
    systemFolders
      .map((folder) => join(folder, name))
      .find((path) => {
        try {
          accessSync(path, constants.X_OK);
          return true;
        } catch {
          return false;
        }
      }) ?? null
  );
}

export interface ProfilerRun {
  program: string;
  programArguments: string[];
  /** Where it may write. */
  directory: string;
  durationMs: number;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/**
 * Runs a program that profiles for a while and then writes a file. It ends with us, however we end. Resolves with its exit code (null = killed) and
 * its last words; an abort rejects with the signal's reason once the program is gone.
 */
export async function runProfiler(run: ProfilerRun): Promise<{ code: number | null; words: string }> {
  const { durationMs, signal } = run;
  signal.throwIfAborted();
  const started = startGuarded(run.program, run.programArguments, {
    cwd: run.directory,
    env: { ...systemEnvironment, HOME: run.directory },
    graceMs,
  });
  const words = text(started.stderr);
  const stopSoon = (): void => started.stopSoon();
  signal.addEventListener('abort', stopSoon, { once: true });
  const ticking = new AbortController();
  void tell(run, ticking.signal);
  const late = setTimeout(() => started.stop(), durationMs + marginMs);
  try {
    started.pid.catch(() => undefined);
    const { code } = await started.exit;
    signal.throwIfAborted();
    return { code, words: (await words).trim() };
  } finally {
    clearTimeout(late);
    ticking.abort();
    signal.removeEventListener('abort', stopSoon);
  }
}

async function tell({ durationMs, onProgress }: ProfilerRun, ended: AbortSignal): Promise<void> {
  for (let seconds = 1; seconds * 1000 <= durationMs; seconds++) {
    await sleep(1000, undefined, { signal: ended }).catch(() => undefined);
    if (ended.aborted) return;
    onProgress(`sampling, ${seconds} s of ${Math.round(durationMs / 1000)} s`);
  }
}
