import { setTimeout as sleep } from 'node:timers/promises';
import { findBusiestProcess } from '../../adapters/kernel/busiest-process.js';
import { findServiceProcess, type ProcessLocator } from '../../adapters/kernel/find-process.js';
import { captureNodeProfile } from '../../adapters/profilers/node/node-inspector.js';
import { capturePprof } from '../../adapters/profilers/pprof-http.js';
import { countCpu } from '../../adapters/kernel/process-cpu.js';
import { identifyProcess } from '../../adapters/kernel/processes.js';
import { readProfileBytes, readProfileFile } from '../../adapters/artifacts/profile-file.js';
import type { ProfilerSetting } from '../../config/resolve-access.js';
import { EvidenceUnavailableError, UnreadableInputError } from '../../core/model/errors.js';
import type { MissingEvidence } from '../../core/model/observation.js';
import type { FlameNode, ProfileSummary, RequestTrace } from '../../core/model/profile.js';
import { flameTree } from '../../core/profile/flame-tree.js';
import { readRequestTrace } from '../../core/profile/requests/request-trace.js';
import type { StackProfile } from '../../core/profile/stack-profile.js';
import { summarizeProfile, type SummaryOptions } from '../../core/profile/summarize.js';

/** Wait `delayMs`, sample for `durationMs`. */
export interface ProfileOrder {
  delayMs: number;
  durationMs: number;
  /** A profile taken by someone else, to be read instead; null = take one. */
  file: string | null;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

export interface CapturedProfile {
  summary: ProfileSummary;
  flame: FlameNode;
  /** Spans of the runtime's own tracing; null where the runtime has none. */
  trace: RequestTrace | null;
  /** The capture as the profiler wrote it. */
  raw: { name: string; content: string | Uint8Array };
  missing: MissingEvidence[];
}

/** More nodes than a page can draw help nobody; lighter ones are folded away. */
const mostFlameNodes = 4000;

/** One profile in the load window, by the profiler that the catalog names or that fits the runtime of the process. */
export async function takeProfile(order: ProfileOrder, setting: ProfilerSetting, locator: ProcessLocator | null): Promise<CapturedProfile> {
  const file = order.file ?? (setting.kind === 'file' ? setting.path : null);
  if (file !== null) return await fromFile(file);
  if (setting.kind === 'pprof-url') return await fromPprof(order, setting.url, locator);
  if (locator === null) throw unknownProcess();
  const { pid } = await findServiceProcess(locator);
  const { runtime, usableCores } = await identifyProcess(pid);
  if (runtime === 'node' && (setting.kind === 'auto' || (setting.kind === 'named' && setting.name === 'node')))
    return await fromNode(order, pid, usableCores);
  throw noProfiler(pid, setting.kind === 'named' ? setting.name : runtime);
}

async function fromFile(path: string): Promise<CapturedProfile> {
  const profile = await readProfileFile(path);
  return present(profile, {}, { name: 'profile.json', content: JSON.stringify({ source: path.split('/').at(-1) }) });
}

async function fromPprof(order: ProfileOrder, url: string, locator: ProcessLocator | null): Promise<CapturedProfile> {
  await sleep(order.delayMs, undefined, { signal: order.signal });
  const pid = await seenHere(locator);
  const endCount = pid === null ? null : countCpu(pid);
  const bytes = await capturePprof({ pprofUrl: url, durationMs: order.durationMs, signal: order.signal });
  const cpu = endCount?.() ?? null;
  const profile = await readProfileBytes(bytes);
  const usableCores = pid === null ? undefined : (await identifyProcess(pid)).usableCores;
  const expectedCpuMs = cpu === null ? undefined : over(profile, order, cpu.treeMs, cpu.elapsedMs);
  return present(profile, { expectedCpuMs, usableCores }, { name: 'profile.pb.gz', content: bytes });
}

/** A debug server may stand for a process elsewhere: then the kernel here counts nothing of it. */
async function seenHere(locator: ProcessLocator | null): Promise<number | null> {
  if (locator === null) return null;
  try {
    return (await findServiceProcess(locator)).pid;
  } catch (error) {
    // The observation of the service says why it cannot be seen.
    if (error instanceof EvidenceUnavailableError || error instanceof UnreadableInputError) return null;
    throw error;
  }
}

/** CPU that the profile should hold: the kernel's rate over the time that the profiler says it sampled. */
function over(profile: StackProfile, order: ProfileOrder, cpuMs: number, elapsedMs: number): number | undefined {
  return elapsedMs > 0 ? (cpuMs / elapsedMs) * (profile.durationMs ?? order.durationMs) : undefined;
}

async function fromNode(order: ProfileOrder, root: number, usableCores: number): Promise<CapturedProfile> {
  const { pid, tookMs } = await findBusiestProcess(root, order.delayMs, order.signal);
  const capture = await captureNodeProfile({
    pid,
    delayMs: Math.max(0, order.delayMs - tookMs),
    durationMs: order.durationMs,
    signal: order.signal,
    onProgress: (elapsedMs) => order.onProgress(`sampling, ${Math.round(elapsedMs / 1000)} s of ${Math.round(order.durationMs / 1000)} s`),
  });
  const profile = await readProfileBytes(Buffer.from(capture.cpuProfile));
  const { cpu } = capture;
  // V8 looks at its thread by the wall clock: ready to run without a CPU counts as busy there.
  const expectedCpuMs = cpu === null ? undefined : over(profile, order, cpu.mainThreadMs + cpu.mainThreadDelayMs, cpu.elapsedMs);
  const captured = present(
    profile,
    { hotLineHints: capture.sources, usableCores, expectedCpuMs },
    { name: 'profile.cpuprofile', content: capture.cpuProfile },
  );
  const parsed: unknown = JSON.parse(capture.cpuProfile);
  const trace = capture.hasRequestTrace
    ? readRequestTrace({ traceEvents: capture.traceEvents, profile: parsed, windowMs: order.durationMs })
    : null;
  return { ...captured, trace, missing: workerThreadsRow(capture.workerThreads) };
}

function present(profile: StackProfile, options: SummaryOptions, raw: CapturedProfile['raw']): CapturedProfile {
  return {
    summary: summarizeProfile(profile, options),
    flame: flameTree(profile, {
      maxNodes: mostFlameNodes,
      ...(options.hotLineHints === undefined ? {} : { hotLineHints: options.hotLineHints }),
    }),
    trace: null,
    raw,
    missing: [],
  };
}

function workerThreadsRow(count: number): MissingEvidence[] {
  if (count === 0) return [];
  return [
    {
      id: 'worker-threads',
      what: `the ${count} worker threads of the service`,
      why: 'the profile of the main thread does not see them',
      remedy:
        'If they are busy: start the service with node --cpu-prof (it writes one profile a thread when the service ends), hold the load, and give the profile of a worker thread: triage --profile FILE',
    },
  ];
}

function unknownProcess(): EvidenceUnavailableError {
  return new EvidenceUnavailableError({
    id: 'profile',
    what: 'a profile of the service under load',
    why: 'the catalog does not say which process serves this endpoint, and its host is not this machine',
    remedy:
      'set process (port, pid, pidFile or command; host for an agent elsewhere) of the service, or give a profile with --profile FILE',
  });
}

function noProfiler(pid: number, what: string): EvidenceUnavailableError {
  return new EvidenceUnavailableError({
    id: 'profile',
    what: 'a profile of the service under load',
    why: `this version has no profiler of its own for ${what} (process ${pid})`,
    remedy:
      "take one during the load with the runtime's own tool (py-spy, async-profiler, perf, Go pprof) and give it with --profile FILE; for Go set profiler: { pprofUrl: … }",
  });
}
