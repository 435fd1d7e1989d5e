import { setTimeout as sleep } from 'node:timers/promises';
import type { Standing } from '../../core/model/standing.js';
import { standingSites } from '../../core/profile/standing.js';
import type { StackProfile } from '../../core/profile/stack-profile.js';

/** Each look stops the program for as long as it copies the stacks, well below a millisecond for a thousand of them (fgprof's README); one a second is no load. */
const betweenMs = 1000;
/** A mean over so many looks is settled; a window of an hour needs no more. */
const mostLooks = 30;
/** Copying more stacks than some ten thousand stops the program for long (fgprof's README): then it is looked at no more. */
const mostGoroutines = 10_000;
const answerWithinMs = 5_000;
const maxBytes = 64 * 1024 * 1024;

interface GoroutineOrder {
  /** Origin (and prefix) of the debug server. */
  pprofUrl: string;
  durationMs: number;
  signal: AbortSignal;
}

/** Where all goroutines stand, by `/debug/pprof/goroutine` a few times in the window. Null where the server does not tell; an abort rejects with the signal's reason. */
export async function lookAtGoroutines({ pprofUrl, durationMs, signal }: GoroutineOrder): Promise<Standing | null> {
  const url = `${pprofUrl.replace(/(?<!\/)\/+$/, '')}/debug/pprof/goroutine`;
  const looks = Math.min(mostLooks, Math.floor(durationMs / betweenMs));
  const profiles: StackProfile[] = [];
  for (let look = 0; look < looks; look++) {
    await sleep(durationMs / looks, undefined, { signal });
    const profile = await readGoroutines(url, signal);
    if (profile === null) break;
    profiles.push(profile);
    if (profile.total > mostGoroutines) break;
  }
  if (profiles.length === 0) return null;
  return { what: 'goroutines', looks: profiles.length, windowMs: durationMs, sites: standingSites(profiles, profiles.length) };
}

/** The profile of the CPU says what is wrong with the debug server; here it only ends the looks. */
async function readGoroutines(url: string, signal: AbortSignal): Promise<StackProfile | null> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]) });
    const bytes = response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
    if (bytes === null || bytes.length > maxBytes) return null;
    const { readProfileBytes } = await import('../artifacts/profile-file.js');
    return await readProfileBytes(bytes, { kind: 'wall' });
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
