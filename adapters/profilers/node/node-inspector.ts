import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import { parseV8Profile, type V8Profile } from '../../../core/profile/formats/v8/v8-profile.js';
import type { Standing } from '../../../core/model/standing.js';
import type { HotLine } from '../../../core/profile/source-hints.js';
import { placeInlined } from '../../../core/profile/inlined/place-inlined.js';
import { toSources } from '../../../core/profile/source-positions.js';
import { readExtents } from './function-extents.js';
import { readHotLines } from './hot-source-lines.js';
import { isLeased, keepLease } from './inspector-lease.js';
import { evaluate, openInspectorSession, type InspectorSession } from './inspector-session.js';
import { inspectTarget, openInspector, startInspector, unavailable, type NodeTarget } from './node-target.js';
import { startTrace } from './node-tracing.js';
import { countCpu, type CountedCpu } from '../../kernel/process-cpu.js';
import { ownListeningSockets, type ListeningSocket } from '../../kernel/process-sockets.js';
import { renewRecorder, startRecorder, takeRecorded } from './request-recorder.js';
import { keepLooking, withoutLooks } from './stack-looks.js';
import { lookAtAwaits } from './standing-awaits.js';
import { readSourceMaps, urlsOf } from './source-maps.js';

export interface NodeCaptureOptions {
  pid: number;
  /** Attach at once, begin to sample after this. */
  delayMs?: number;
  durationMs: number;
  signal?: AbortSignal;
  onProgress?: (elapsedMs: number) => void;
}

export interface NodeCapture {
  /** The V8 profile, as JSON text of a `.cpuprofile`, its frames in their sources where there are source maps. */
  cpuProfile: string;
  /** Trace events of inbound and outbound requests, without query strings, on the clock of the profile (µs). */
  traceEvents: unknown[];
  /** ISO 8601: sampling began and ended. */
  startedAt: string;
  endedAt: string;
  sampledMs: number;
  /** Texts of the hottest source lines, where they could be read. */
  sources: HotLine[];
  /** Where asynchronous code waited, after the profile was taken; null where the loop was too busy to ask, the capture too short, or the runtime does not tell. */
  standing: Standing | null;
  /** What the kernel counted for the process while it was sampled; null when it does not tell. */
  cpu: CountedCpu | null;
  /** Threads of `worker_threads`, whose CPU is not in this profile. */
  workerThreads: number;
  /** Whether the request spans are there: `NodeTracing` is absent in some builds. */
  hasRequestTrace: boolean;
}

/** 1 ms costs about 5 % of a core on an idle process; 100 µs would cost 20 %. */
const samplingIntervalUs = 1000;
/** The awaits take the last part of the window, for no more seconds than a mean over some dozen requests needs; a short window is the profile's alone. */
const awaitsPart = 0.2;
const mostAwaitsMs = 3000;
const shortestMs = 5000;
/** Above seven tenths a single queue waits for more than twice its service time (M/M/1): what requests wait for is the loop. */
const calm = 0.7;
const openTimeoutMs = 5000;
const cleanUpTimeoutMs = 5000;

const captured = new Set<number>();

/**
 * CPU profile of a running Node process through its inspector, with the spans of its HTTP requests. The inspector is opened by SIGUSR1
 * (only when the process catches it), verified to belong to this pid, and closed again when it was opened here, also after an error or a
 * cancellation. Every obstacle is an EvidenceUnavailableError with the exact remedy; an abort rejects with the signal's reason.
 */
export async function captureNodeProfile(options: NodeCaptureOptions): Promise<NodeCapture> {
  const { pid, signal } = options;
  signal?.throwIfAborted();
  if (captured.has(pid)) throw alreadyCaptured(pid);
  captured.add(pid);
  try {
    const target = await inspectTarget(pid);
    const { socket, isOurs } = await findInspector(target, signal);
    return await withSession(target, socket, isOurs, (session) => capture(session, target, options));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof EvidenceUnavailableError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw unavailable(
      pid,
      `the inspector failed (${reason})`,
      'Check that the service still runs and answers, then run the triage again',
      error,
    );
  } finally {
    captured.delete(pid);
  }
}

function alreadyCaptured(pid: number): EvidenceUnavailableError {
  return unavailable(pid, 'another capture of this process is under way', 'Wait for it to end; two at once would disturb each other');
}

async function findInspector(target: NodeTarget, signal?: AbortSignal): Promise<{ socket: ListeningSocket; isOurs: boolean }> {
  for (const socket of openInspector(target)) {
    if ((await debuggerUrl(socket).catch(() => null)) !== null) return { socket, isOurs: false };
  }
  return { socket: await startInspector(target, openTimeoutMs, signal), isOurs: true };
}

const listSchema = z.array(z.object({ type: z.string(), webSocketDebuggerUrl: z.string().optional() }));

async function debuggerUrl(socket: ListeningSocket): Promise<string> {
  const response = await fetch(`http://${socket.host}:${socket.port}/json/list`, { signal: AbortSignal.timeout(3000), redirect: 'error' });
  const targets = listSchema.parse(await response.json());
  const url = targets.find((entry) => entry.type === 'node')?.webSocketDebuggerUrl;
  if (url === undefined) throw new Error('a debugger is attached already, or this is no Node inspector');
  return url.replace(/^ws:\/\/[^/]+/, `ws://${socket.host}:${socket.port}`);
}

async function withSession<T>(
  target: NodeTarget,
  socket: ListeningSocket,
  isOurs: boolean,
  use: (session: InspectorSession) => Promise<T>,
): Promise<T> {
  const session = await openInspectorSession(await debuggerUrl(socket));
  let endLease: (() => void) | null = null;
  try {
    await verifyPid(session, target);
    if (isOurs || (await isLeased(session))) endLease = keepLease(session);
    return await use(session);
  } finally {
    endLease?.();
    if (endLease !== null) await closeInspector(session, target, socket);
    session.close();
  }
}

async function verifyPid(session: InspectorSession, target: NodeTarget): Promise<void> {
  const pid = await evaluate(session, 'process.pid');
  if (typeof pid === 'number' && (pid === target.pid || target.innerPids.includes(pid))) return;
  throw unavailable(
    target.pid,
    `the inspector that answered belongs to process ${String(pid)}`,
    'Start the service with --inspect-port=0, so that it gets a port of its own',
  );
}

/** An open inspector lets anyone on the host run code in the service: close it, and see that it is closed. */
async function closeInspector(session: InspectorSession, target: NodeTarget, socket: ListeningSocket): Promise<void> {
  const script = `setTimeout(() => (process.getBuiltinModule?.('inspector') ?? require('inspector')).close(), 100) && 1`;
  await evaluate(session, script, cleanUpTimeoutMs).catch(() => undefined);
  session.close();
  for (const end = Date.now() + cleanUpTimeoutMs; Date.now() < end;) {
    const own = ownListeningSockets(target.pid) ?? [];
    if (!own.some((entry) => entry.inode === socket.inode)) return;
    await sleep(50);
  }
}

async function capture(session: InspectorSession, target: NodeTarget, options: NodeCaptureOptions): Promise<NodeCapture> {
  const { delayMs = 0, durationMs, signal } = options;
  const workerThreads = await countWorkers(session);
  const recorder = await startRecorder(session);
  if (recorder === 'busy') throw alreadyCaptured(target.pid);
  try {
    await waitOrFail(session, target, delayMs, options, 0);
    const awaitsMs = durationMs < shortestMs ? 0 : Math.min(mostAwaitsMs, awaitsPart * durationMs);
    const pass: Pass = (ms, offsetMs) => waitOrFail(session, target, ms, options, delayMs + offsetMs);
    const { profile, isCalm, ...sampled } = await sample(session, target.pid, { durationMs, awaitsMs, pass });
    signal?.throwIfAborted();
    const standing = isCalm ? await lookAtAwaits(session, target.pid, { awaitsMs, pass: (ms) => pass(ms, durationMs - awaitsMs) }) : null;
    const nodeVersion = await evaluate(session, 'process.version').catch(() => null);
    const placed = placeInlined(profile, await readExtents(profile, target.pid, nodeVersion));
    const told = toSources(placed, await readHotLines(placed, target.pid), await readSourceMaps(urlsOf(placed), target.pid));
    return { ...sampled, cpuProfile: JSON.stringify(told.profile), sources: told.hotLines, standing, workerThreads };
  } finally {
    // A profiler left on would tax the service and spoil its event-loop figures.
    await session.call('Profiler.disable', {}, cleanUpTimeoutMs).catch(() => undefined);
    await takeRecorded(session, cleanUpTimeoutMs).catch(() => undefined);
  }
}

/** Lets so many milliseconds go by, the offset being what went before. */
type Pass = (ms: number, offsetMs: number) => Promise<void>;

interface Sampled extends Pick<NodeCapture, 'traceEvents' | 'startedAt' | 'endedAt' | 'sampledMs' | 'cpu' | 'hasRequestTrace'> {
  profile: V8Profile;
  /** The last `awaitsMs` of the window are left, because the loop has time to be asked where requests wait. */
  isCalm: boolean;
}

async function sample(
  session: InspectorSession,
  pid: number,
  { durationMs, awaitsMs, pass }: { durationMs: number; awaitsMs: number; pass: Pass },
): Promise<Sampled> {
  const trace = await startTrace(session);
  await session.call('Profiler.enable');
  await session.call('Profiler.setSamplingInterval', { interval: samplingIntervalUs });
  await session.call('Profiler.start');
  const endCount = countCpu(pid);
  const startedAt = new Date().toISOString();
  const stopLooking = keepLooking(session, durationMs);
  let isCalm;
  try {
    await pass(durationMs - awaitsMs, 0);
    isCalm = awaitsMs > 0 && isLoopCalm(endCount());
    if (!isCalm) await pass(awaitsMs, durationMs - awaitsMs);
  } finally {
    stopLooking();
  }
  const cpu = endCount();
  const stopped = z.object({ profile: z.unknown() }).parse(await session.call('Profiler.stop', {}, 60_000));
  const endedAt = new Date().toISOString();
  const profile = withoutLooks(parseV8Profile(stopped.profile));
  const recorded = await takeRecorded(session, cleanUpTimeoutMs);
  const events = await trace?.stop();
  return {
    profile,
    isCalm,
    traceEvents: [...(events ?? []), ...recorded],
    startedAt,
    endedAt,
    sampledMs: isCalm ? durationMs - awaitsMs : durationMs,
    cpu,
    hasRequestTrace: events !== undefined,
  };
}

/** Where requests wait is of interest where the loop itself does not hold them, and a busy one has no time to be asked. */
function isLoopCalm(cpu: CountedCpu | null): boolean {
  return cpu !== null && cpu.elapsedMs > 0 && cpu.mainThreadMs + cpu.mainThreadDelayMs < calm * cpu.elapsedMs;
}

async function waitOrFail(
  session: InspectorSession,
  target: NodeTarget,
  ms: number,
  options: NodeCaptureOptions,
  offsetMs: number,
): Promise<void> {
  const { signal, onProgress } = options;
  const begin = Date.now();
  const state = { isOpen: true };
  void session.closed.then(() => (state.isOpen = false));
  for (let elapsed = 0; elapsed < ms; elapsed = Date.now() - begin) {
    await Promise.race([sleep(Math.min(500, ms - elapsed), undefined, signal === undefined ? {} : { signal }), session.closed]);
    if (!state.isOpen)
      throw unavailable(
        target.pid,
        'the process ended during the capture',
        'Find out why it ended (its log, the kernel log), then run the triage again',
      );
    renewRecorder(session);
    onProgress?.(offsetMs + Date.now() - begin);
  }
}

/** Counted by attaching to them for a moment; the profile of the main thread does not see their CPU. */
async function countWorkers(session: InspectorSession): Promise<number> {
  let workers = 0;
  session.on('NodeWorker.attachedToWorker', () => workers++);
  try {
    await session.call('NodeWorker.enable', { waitForDebuggerOnStart: false });
    await session.call('NodeWorker.disable');
  } catch {
    return 0;
  }
  return workers;
}
