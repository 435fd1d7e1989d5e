import { open } from 'node:fs/promises';
import { release } from 'node:os';
import { execa } from 'execa';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { ReadOptions } from '../../core/profile/formats/format.js';
import { readProfile } from '../../core/profile/read-profile.js';
import type { StackProfile } from '../../core/profile/stack-profile.js';

/** Without --no-inline perf asks addr2line about every address, for minutes to hours (flamegraph-rs #294). */
const scriptArguments = ['script', '-f', '--no-inline', '-F', 'comm,pid,tid,time,period,event,ip,sym,dso'];
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
  const otherKernel = await otherKernelOf(path, perf);
  const withoutOurs = otherKernel === null ? [] : ['--kallsyms', '/dev/null'];
  const child = execa(perf, [...scriptArguments, ...withoutOurs, '-i', path], {
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
  return withKernelTold(withLost(read.value, stderr), otherKernel);
}

/**
 * Where the recording tells no build id of the kernel, perf takes the names of the kernel that runs here, whichever it is: another one's addresses
 * get names that have nothing to do with them. Returns that other kernel in words, or null when this one may name the addresses.
 */
async function otherKernelOf(path: string, perf: string): Promise<string | null> {
  const told = { env: offline, stdin: 'ignore', reject: false, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 10_000_000 } as const;
  const ids = await execa(perf, ['buildid-list', '-f', '-i', path], told);
  if (ids.exitCode !== 0 || /^[0-9a-f]{8,} \[kernel\.kallsyms\]/m.test(ids.stdout)) return null;
  const header = await execa(perf, ['script', '-f', '--header-only', '-i', path], told);
  const recorded = /^# os release : (\S+)/m.exec(header.stdout)?.[1];
  if (header.exitCode !== 0 || recorded === release()) return null;
  return recorded === undefined ? 'a kernel that the recording does not name' : `the kernel ${recorded}`;
}

function withKernelTold(profile: StackProfile, otherKernel: string | null): StackProfile {
  if (otherKernel === null || !profile.frames.some(({ module }) => module === '[kernel]')) return profile;
  return {
    ...profile,
    notes: [
      ...profile.notes,
      {
        id: 'other-kernel',
        detail: `recorded under ${otherKernel}, this one is ${release()}: names of the kernel are left out. Run \`perf script\` where it was recorded to have them`,
      },
    ],
  };
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
