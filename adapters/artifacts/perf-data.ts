import { open } from 'node:fs/promises';
import { execa } from 'execa';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { ReadOptions } from '../../core/profile/formats/format.js';
import { readProfile } from '../../core/profile/read-profile.js';
import type { StackProfile } from '../../core/profile/stack-profile.js';

/** Without --no-inline perf asks addr2line about every address, for minutes to hours (flamegraph-rs #294). */
const scriptArguments = ['script', '-f', '--no-inline', '-F', 'comm,pid,tid,time,period,event,ip,sym,dso', '-i'];
/** A recording of a gigabyte takes perf some five minutes (inferno #178). */
const timeoutMs = 15 * 60_000;
/** perf fetches debug information by itself when this is set: reading a file touches no network. */
const offline = { DEBUGINFOD_URLS: '', PAGER: 'cat', LC_ALL: 'C' };

/** Is this a recording of `perf record`? `-` and what cannot be opened are not: whoever reads them says why. */
export async function isPerfData(path: string): Promise<boolean> {
  if (path === '-') return false;
  const file = await open(path).catch(() => null);
  if (file === null) return false;
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.toString('latin1') === 'PERFILE2';
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

/** A recording is read by the `perf` of this machine, as a stream of its text. Only perf knows the layout of every version and finds the symbols. */
export async function readPerfData(path: string, options: ReadOptions, perf = 'perf'): Promise<StackProfile> {
  const child = execa(perf, [...scriptArguments, path], {
    env: offline,
    stdin: 'ignore',
    buffer: { stdout: false, stderr: true },
    maxBuffer: 1_000_000,
    reject: false,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const [read, result] = await Promise.allSettled([
    readProfile(child.iterable({ binary: true, preserveNewlines: true }), { ...options, format: 'perf-script' }),
    child,
  ]);
  if (result.status === 'rejected') throw result.reason;
  const { code, exitCode, timedOut, stderr } = result.value;
  const said = stderr.trim().split('\n').slice(-3).join(' ').slice(0, 400);
  if (code === 'ENOENT') throw unreadable(path, 'there is no `perf` on this machine. Install it (Debian: linux-perf)');
  if (timedOut) throw unreadable(path, `it took longer than ${timeoutMs / 60_000} minutes`);
  if (exitCode !== 0) throw unreadable(path, `it said: ${said === '' ? `exit code ${exitCode ?? 'unknown'}` : said}`);
  if (read.status === 'rejected') throw read.reason;
  return withLost(read.value, stderr);
}

function unreadable(path: string, why: string): UnreadableInputError {
  return new UnreadableInputError(
    `${path}: expected that \`perf script\` reads this recording, but ${why}; or run \`perf script --no-inline -F comm,pid,tid,time,period,event,ip,sym,dso -i ${path}\` where it was recorded and give its output.`,
  );
}

/** Samples that the kernel had no room for are in no stack. */
function withLost(profile: StackProfile, stderr: string): StackProfile {
  const lost = /lost (\d+) (?:chunks|events|samples)/i.exec(stderr)?.[0];
  if (lost === undefined) return profile;
  return {
    ...profile,
    notes: [...profile.notes, { id: 'left-out', detail: `perf ${lost}: record with a lower frequency or larger buffers (-m)` }],
  };
}
