import type { ProcessObservation } from '../../model/observation.js';
import { servingPart } from './cpu-facts.js';

interface Interpreter {
  cpuMs: number;
  /** Time of the window in which a thread was ready and none of the process ran: lower bound, then upper bound. */
  delayMs: number;
  mostDelayMs: number;
}

/**
 * Processes whose interpreter runs one thread at a time, however many cores there are. Those that do next to nothing (the master of a prefork server) are
 * left out; run time decides, because on a busy host even an idle process waits for a CPU now and then. Threads that queue for the lock wake up every few
 * milliseconds, so their delays overlap. The process waited for a CPU at least as long as its most delayed thread, at most as long as all of them together,
 * and never while it ran. If they waited longer together than they ran, a fair scheduler made the owner of the lock wait as long as it ran, whichever
 * thread that was. Recordings of older versions do not separate threads by process; they count as one process.
 */
export function servingInterpreters({ threads, windowMs }: ProcessObservation): Interpreter[] {
  const pids = [...new Set(threads.map(({ pid }) => pid))];
  const all = pids.map((one) => {
    const own = threads.filter(({ pid }) => pid === one);
    const cpuMs = own.reduce((sum, thread) => sum + thread.cpuMs, 0);
    const notRunning = Math.max(0, windowMs - cpuMs);
    const delays = own.map(({ runDelayMs }) => runDelayMs);
    const together = delays.reduce((sum, ms) => sum + ms, 0);
    const least = Math.max(0, Math.min(together, cpuMs), ...delays);
    return { cpuMs, delayMs: Math.min(notRunning, least), mostDelayMs: Math.min(notRunning, together) };
  });
  const most = Math.max(0, ...all.map(({ cpuMs }) => cpuMs));
  const serving = all.filter(({ cpuMs }) => cpuMs >= servingPart * most);
  return serving.length === 0 ? [{ cpuMs: 0, delayMs: 0, mostDelayMs: 0 }] : serving;
}
