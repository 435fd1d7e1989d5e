/** py-spy (https://github.com/benfred/py-spy): reads the memory of a running Python process and needs nothing in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EvidenceUnavailableError, ProgramFailedError } from '../../core/model/errors.js';
import { readProc } from '../kernel/process-files.js';
import { countCpu } from '../kernel/process-cpu.js';
import { expectedCpuMs } from './expected-cpu.js';
import type { ProfileCapture, ProfileOrder, Profiler, ServiceProcess } from './profiler.js';
import { pySpyOfService } from './py-spy-of-service.js';
import { asCpuProfile, holdsInterpreter, lookBeyondLock, record } from './py-spy-recordings.js';

export const pySpy: Profiler = {
  name: 'py-spy',
  title: 'py-spy: the Python code that holds the interpreter, from outside',
  runtimes: ['python'],
  inspect: async ({ pid }, tool) => {
    refuseWithoutPtrace(pid);
    await findPySpy(tool, pid);
    return 'py-spy can read it';
  },
  capture,
};

function unavailable(pid: number, why: string, remedy: string, cause?: unknown): EvidenceUnavailableError {
  return new EvidenceUnavailableError({ id: 'profile', what: `a profile of the Python process ${pid}`, why, remedy }, { cause });
}

const ptraceRemedy =
  'Run the worker (or a host agent, worker --role host) as root or with CAP_SYS_PTRACE; in Docker: --cap-add SYS_PTRACE; or as root: sysctl kernel.yama.ptrace_scope=0.';

/** Reading another process's memory takes its user and what Yama allows, or the capability. A bit of `CapEff` says whether we have it. */
function refuseWithoutPtrace(pid: number): void {
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readProc('self/status') ?? '')?.[1];
  const capSysPtrace = 19n;
  if (effective !== undefined && ((BigInt(`0x${effective}`) >> capSysPtrace) & 1n) === 1n) return;
  const owner = /^Uid:\s*(\d+)/m.exec(readProc(`${pid}/status`) ?? '')?.[1];
  const isOwn = owner === undefined || Number(owner) === process.geteuid?.();
  const scope = Number((readProc('sys/kernel/yama/ptrace_scope') ?? '0').trim());
  if (isOwn && scope === 0) return;
  throw unavailable(pid, isOwn ? `ptrace_scope is ${scope}: nobody may attach` : `it belongs to user ${owner}`, ptraceRemedy);
}

/** The one of the responder, which is pinned; else one that the service brings, where nobody else may write it. */
async function findPySpy(tool: ProfileOrder['tool'], pid: number): Promise<string> {
  try {
    return await tool('py-spy');
  } catch (error) {
    if (!(error instanceof ProgramFailedError)) throw error;
    const own = await pySpyOfService(pid);
    if (own !== null && !('whyNot' in own)) return own.path;
    const found = own === null ? '' : `; the one of the service is not run: ${own.whyNot}`;
    const trusted = own === null ? '' : ` Where you trust it all the same: PERF_RESPONDER_PY_SPY=${own.path}.`;
    const remedy = `Install it where the worker runs (python3 -m pip install py-spy) or set PERF_RESPONDER_PY_SPY=/path/to/py-spy.${trusted}`;
    const why = `${error.message.split('\n')[0] ?? 'py-spy was not found'}${found}`;
    throw new EvidenceUnavailableError({ id: 'profile', what: 'a profile of the Python service', why, remedy }, { cause: error });
  }
}

async function capture(process: ServiceProcess, order: ProfileOrder): Promise<ProfileCapture> {
  const { pid, usableCores } = process;
  const { durationMs, signal } = order;
  refuseWithoutPtrace(pid);
  const program = await findPySpy(order.tool, pid);
  await sleep(order.delayMs, undefined, { signal });
  const directory = await mkdtemp(join(tmpdir(), 'perf-responder-py-spy-'));
  const recorder = { program, pid, directory, order };
  // One after the other: threads that the first one's pauses wake would look busy to the second. The last third only adds what the profile cannot show.
  const seconds = Math.max(1, Math.round((2 * durationMs) / 3000));
  try {
    const endCount = countCpu(pid);
    const held = await record({ ...recorder, seconds }, holdsInterpreter);
    const cpu = endCount();
    if (held.bytes === null) throw refused(pid, held.code, held.words);
    const profile = await asCpuProfile(held.bytes, seconds);
    const rest = await lookBeyondLock({ ...recorder, seconds: Math.max(1, Math.round(durationMs / 1000) - seconds) }, profile);
    const expected = cpu === null ? undefined : expectedCpuMs(profile, durationMs, cpu.treeMs, cpu.elapsedMs);
    return {
      profile: rest.working?.profile ?? profile,
      context: { usableCores, expectedCpuMs: rest.working?.cpuMs ?? expected },
      raw: { name: 'profile.speedscope.json', content: rest.working?.bytes ?? held.bytes },
      trace: null,
      standing: rest.standing,
      missing: [],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function refused(pid: number, code: number | null, words: string): EvidenceUnavailableError {
  const lines = words.split('\n').filter((line) => line.trim() !== '');
  const why =
    lines.find((line) => /error|denied|fail/i.test(line)) ?? lines.at(-1) ?? `py-spy ended with ${code ?? 'a signal'} and wrote nothing`;
  const isDenied = /permission|denied|ptrace|EPERM/i.test(words);
  return unavailable(
    pid,
    why.trim().slice(0, 300),
    isDenied ? ptraceRemedy : 'Try py-spy dump --pid with the process; take a profile by hand and give it with --profile FILE.',
  );
}
