/** perf of the Linux kernel (perf-record(1), perf-script(1)): for programs whose functions have symbols of their own. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import type { StackProfile } from '../../core/profile/stack-profile.js';
import { processTree, readProc } from '../kernel/process-files.js';
import { countCpu } from '../kernel/process-cpu.js';
import { expectedCpuMs } from './expected-cpu.js';
import type { ProfileCapture, ProfileOrder, Profiler, ServiceProcess } from './profiler.js';
import { runProfiler, systemEnvironment, systemProgram } from './run-profiler.js';

/** A prime number of looks a second keeps out of step with timers of the service. */
const samplesPerSecond = 99;
const scriptWithinMs = 60_000;
/** Beyond this the text of the samples would not fit into memory; 30 s on 64 busy cores stay below. */
const mostScriptBytes = 400 * 1024 * 1024;

export const perf: Profiler = {
  name: 'perf',
  title: 'perf of the Linux kernel, by its CPU clock',
  runtimes: ['native', 'go'],
  inspect: ({ pid }) => {
    refuseWithoutPerf(pid);
    return Promise.resolve('perf can sample it');
  },
  capture,
};

function unavailable(pid: number, why: string, remedy: string): EvidenceUnavailableError {
  return new EvidenceUnavailableError({ id: 'profile', what: `a profile of process ${pid}`, why, remedy });
}

/** Own processes may be sampled in user space up to level 2; others, and everything from level 3, take a capability. */
function refuseWithoutPerf(pid: number): void {
  if (systemProgram('perf') === null)
    throw unavailable(pid, 'perf is not installed', 'Install it where the worker runs: apt-get install linux-perf.');
  if (process.geteuid?.() === 0) return;
  const level = readProc('sys/kernel/perf_event_paranoid');
  const owner = /^Uid:\s*(\d+)/m.exec(readProc(`${pid}/status`) ?? '')?.[1];
  if (level !== null && Number(level) <= 2 && Number(owner) === process.geteuid?.()) return;
  throw unavailable(
    pid,
    level === null
      ? 'this kernel has no perf events'
      : `kernel.perf_event_paranoid is ${level.trim()} and the process belongs to user ${owner ?? 'unknown'}`,
    'Run the worker (or a host agent, worker --role host) as the user of the service or as root, and as root: sysctl kernel.perf_event_paranoid=1.',
  );
}

async function capture(target: ServiceProcess, order: ProfileOrder): Promise<ProfileCapture> {
  const { pid, usableCores } = target;
  const { durationMs, signal } = order;
  refuseWithoutPerf(pid);
  await sleep(order.delayMs, undefined, { signal });
  const directory = await mkdtemp(join(tmpdir(), 'perf-responder-perf-'));
  try {
    const file = join(directory, 'perf.data');
    const endCount = countCpu(pid);
    // `cpu-clock` works in virtual machines, too, which often have no hardware counters.
    const look = ['record', '-e', 'cpu-clock', '-F', String(samplesPerSecond), '-g', '--call-graph', 'fp', '-o', file];
    const whom = ['-p', processTree(pid).join(','), '--', 'sleep', (durationMs / 1000).toFixed(2)];
    const { words } = await runProfiler({
      program: 'perf',
      programArguments: [...look, ...whom],
      directory,
      durationMs,
      signal,
      onProgress: order.onProgress,
    });
    const cpu = endCount();
    const script = await readSamples(file, signal).catch(() => null);
    signal.throwIfAborted();
    if (script === null || script.length === 0) throw nothingSampled(pid, words);
    const read = await (await import('../artifacts/profile-file.js')).readProfileBytes(script, { kind: 'cpu', fileName: 'perf.txt' });
    const profile: StackProfile = { ...read, durationMs };
    return {
      profile,
      context: { usableCores, expectedCpuMs: cpu === null ? undefined : expectedCpuMs(profile, durationMs, cpu.treeMs, cpu.elapsedMs) },
      raw: { name: 'perf.txt.gz', content: gzipSync(script) },
      trace: null,
      missing: [],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Without `--no-inline` the look-up of inlined functions may take minutes. */
async function readSamples(file: string, signal: AbortSignal): Promise<Buffer> {
  const fields = 'comm,pid,tid,time,period,event,ip,sym,dso';
  const child = spawn('perf', ['script', '--no-inline', '-F', fields, '-i', file], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: systemEnvironment,
    signal: AbortSignal.any([signal, AbortSignal.timeout(scriptWithinMs)]),
    killSignal: 'SIGKILL',
  });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => undefined);
  const script = await Promise.race([buffer(child.stdout), failed]);
  return script.length > mostScriptBytes ? script.subarray(0, script.lastIndexOf(10, mostScriptBytes) + 1) : script;
}

function nothingSampled(pid: number, words: string): EvidenceUnavailableError {
  const lines = words.split('\n').filter((line) => line.trim() !== '' && !/^\[ perf record/.test(line));
  const isDenied = /permission|not permitted|paranoid|denied/i.test(words);
  return unavailable(
    pid,
    lines[0]?.trim().slice(0, 300) ?? 'perf saw it on no CPU in the window',
    isDenied
      ? 'As root: sysctl kernel.perf_event_paranoid=1 (in Docker the seccomp profile has to allow perf_event_open), or run the worker as root.'
      : 'Hold the load while it is captured, or name the process that works in the catalog.',
  );
}
