import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Standing } from '../../core/model/standing.js';
import { worksWithoutLock } from '../../core/profile/beyond-lock.js';
import { scaleProfile, weightMs, type StackProfile } from '../../core/profile/stack-profile.js';
import { standingSites } from '../../core/profile/standing.js';
import { countCpu } from '../kernel/process-cpu.js';
import type { ProfileOrder } from './profiler.js';
import { runProfiler } from './run-profiler.js';

/** One way in which py-spy looks at the threads of a process. */
interface Recording {
  /** Of the file that it leaves. */
  name: string;
  /** Looks a second. */
  rate: number;
  looks: readonly string[];
}

/**
 * Who holds the interpreter's lock runs, or would if it had a CPU. py-spy pauses the process for each look, and without `--gil` takes threads for busy that
 * its own pause has just woken from a system call: of a service with one hot function, 65 of 100 samples were of a socket's `readinto`. One line a function,
 * at which it begins. 100 a second is its own default, below 1 % of a core; 20 s give 2,000 looks.
 */
export const holdsInterpreter = { name: 'profile', rate: 100, looks: ['--gil', '--function'] } as const;

/**
 * Who is ready to run, with the lock or without it (compression, hashes, numpy), as the kernel tells. Nothing is paused, so nothing is woken; stacks of code
 * that calls all the time may be torn, while what works without the lock stands at one call. Half as often: it only has to show who leads.
 */
const readyToRun = { name: 'running', rate: 50, looks: ['--nonblocking', '--function'] } as const;

/** Every thread, waiting or not, at the line at which it stands. Ten a second for a third of 20 s give a mean of eight threads to 0.4. */
const standsAnywhere = { name: 'standing', rate: 10, looks: ['--nonblocking', '--idle'] } as const;

interface Recorder {
  program: string;
  pid: number;
  seconds: number;
  /** Where it may write. */
  directory: string;
  order: Pick<ProfileOrder, 'signal' | 'onProgress'>;
}

/** Forked workers, too. `bytes` is null when it wrote nothing; `words` and `code` say why. */
export async function record(
  { program, pid, seconds, directory, order }: Recorder,
  { name, rate, looks }: Recording,
): Promise<{ bytes: Uint8Array | null; code: number | null; words: string }> {
  const file = join(directory, `${name}.speedscope.json`);
  const look = ['record', '--pid', String(pid), '--duration', String(seconds), '--rate', String(rate), ...looks];
  const { signal, onProgress } = order;
  const { code, words } = await runProfiler({
    program,
    programArguments: [...look, '--format', 'speedscope', '--subprocesses', '--output', file],
    directory,
    durationMs: seconds * 1000,
    signal,
    onProgress,
  });
  return { bytes: await readFile(file).catch(() => null), code, words };
}

/** Its own length is the sum of the looks that found something running. */
export async function asCpuProfile(bytes: Uint8Array, seconds: number): Promise<StackProfile> {
  const { readProfileBytes } = await import('../artifacts/profile-file.js');
  return { ...(await readProfileBytes(bytes, { kind: 'cpu', fileName: 'profile.speedscope.json' })), durationMs: seconds * 1000 };
}

/** What threads do without the interpreter's lock, where they do. */
interface Working {
  profile: StackProfile;
  bytes: Uint8Array;
  /** That the kernel counted meanwhile. */
  cpuMs: number;
}

/** Looks at all threads, the waiting ones too. Both answers are a help: without them the profile stands, and what waits is not told. */
export async function lookBeyondLock(
  recorder: Recorder,
  held: StackProfile,
): Promise<{ working: Working | null; standing: Standing | null }> {
  const { pid, seconds } = recorder;
  const endCount = countCpu(pid);
  const [ready, stands] = await Promise.all([record(recorder, readyToRun), record(recorder, standsAnywhere)]);
  const cpu = endCount();
  const cpuMs = cpu === null || cpu.elapsedMs <= 0 ? 0 : (cpu.treeMs / cpu.elapsedMs) * seconds * 1000;
  const profile = ready.bytes === null || cpuMs === 0 ? null : await withoutLock(held, ready.bytes, { seconds, cpuMs });
  return {
    working: profile === null || ready.bytes === null ? null : { profile, bytes: ready.bytes, cpuMs },
    standing: stands.bytes === null ? null : await readStanding(stands.bytes, seconds),
  };
}

/** The profile of a process that works mostly without the lock, or null. More threads may be ready than there are CPUs: their time is scaled to what the kernel counted. */
async function withoutLock(
  held: StackProfile,
  bytes: Uint8Array,
  { seconds, cpuMs }: { seconds: number; cpuMs: number },
): Promise<StackProfile | null> {
  const ready = await asCpuProfile(bytes, seconds).catch(() => null);
  if (ready === null || !worksWithoutLock(held, ready, cpuMs / (seconds * 1000))) return null;
  const readyMs = weightMs(ready, ready.total) ?? 0;
  return readyMs > cpuMs ? scaleProfile(ready, cpuMs / readyMs) : ready;
}

const recordingSchema = z.looseObject({ profiles: z.array(z.looseObject({ samples: z.array(z.unknown()) })) });

/** Null where no thread could be read. A look counts each thread once: the longest of the threads' lists tells how often it looked. */
async function readStanding(bytes: Uint8Array, seconds: number): Promise<Standing | null> {
  const { readProfileBytes } = await import('../artifacts/profile-file.js');
  const recording = recordingSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  const looks = recording.success ? Math.max(0, ...recording.data.profiles.map(({ samples }) => samples.length)) : 0;
  if (looks === 0) return null;
  const profile = await readProfileBytes(bytes, { kind: 'wall', fileName: 'standing.speedscope.json' });
  const lookMs = 1000 / standsAnywhere.rate;
  const perThread = (looks * lookMs) / (weightMs(profile, 1) ?? lookMs);
  return { what: 'threads', looks, windowMs: seconds * 1000, sites: standingSites([profile], perThread) };
}
