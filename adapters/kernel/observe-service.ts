import { setTimeout as sleep } from 'node:timers/promises';
import { EvidenceUnavailableError, UnreadableInputError } from '../../core/model/errors.js';
import type { MissingEvidence, ServiceObservation } from '../../core/model/observation.js';
import { summarizeProcess, type TreeSnapshot } from '../../core/observe/process.js';
import { noMemory, sampleWire, type WireSample } from '../../core/observe/wire-sample.js';
import { poolerHints } from '../../core/observe/poolers.js';
import { summarizeWire, type PeerHint } from '../../core/observe/wire.js';
import { findServiceProcess, type FoundProcess, type ProcessLocator } from './find-process.js';
import { localPoolers } from './local-poolers.js';
import { processTree, readLivingStat, socketInodes } from './process-files.js';
import { identifyProcess, snapshotTree } from './processes.js';
import { openSocketReader, resolveHost, trackOwnership } from './sockets.js';

export interface ObserveServiceOptions {
  locator: ProcessLocator;
  peerHints: PeerHint[];
  /** Port of the endpoint's URL: the one on which its requests arrive. */
  servicePort: number | null;
  /** Rest of the warm-up, then the window. */
  delayMs: number;
  durationMs: number;
  signal: AbortSignal;
  onProgress?: (text: string) => void;
}

/**
 * Four looks a second give 120 samples in half a minute: an error of about ± 0.3 on a mean of 7. Measured at that rate, with the looks at the
 * process tree, on two overloaded cores: 3 % of one core here and 2 % in `ss`.
 */
const socketIntervalMs = 250;
/** Counters only need looks often enough not to miss short-lived threads. */
const treeIntervalMs = 500;
/** Long windows need no more looks than this. */
const maximumLooks = { sockets: 3000, tree: 600 };
/** Looking must stay below about 5 % of a core: whatever a look takes, the pause after it is so many times longer. */
const pausePerLook = 20;
/** But the sockets are looked at this often even where a look takes long. */
const minimumSocketLooks = 75;

/**
 * CPU, threads, host and sockets of a service through one window, for any runtime, with nothing installed in it. What cannot be observed is a row
 * of `missing` with its remedy; only a cancelled `signal` rejects.
 */
export async function observeService(options: ObserveServiceOptions): Promise<ServiceObservation> {
  try {
    const found = await findServiceProcess(options.locator);
    await sleep(options.delayMs, undefined, { signal: options.signal });
    return await observeFound(found, options);
  } catch (error) {
    if (error instanceof EvidenceUnavailableError) return { process: null, wire: null, missing: [error.missing] };
    if (error instanceof UnreadableInputError) return { process: null, wire: null, missing: [ambiguousRow(error)] };
    throw error;
  }
}

async function observeFound(found: FoundProcess, options: ObserveServiceOptions): Promise<ServiceObservation> {
  const identity = await identifyProcess(found.pid);
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const [tree, wire] = await Promise.all([
    watchTree(found, { ...options, signal }, () => ended.abort()),
    watchSockets(found, { ...options, signal }),
  ]);
  options.signal.throwIfAborted();
  const missing = [...(ended.signal.aborted ? [goneRow(found.pid)] : []), ...wire.missing];
  const process = summarizeProcess(identity, tree);
  const hints = [...options.peerHints, ...(await hintsBehindPoolers(options.peerHints))];
  return { process, wire: summarizeWire(wire.samples, wire.elapsedMs, hints), missing };
}

/** Looked up when the window is over: a pooler opens its connections as the load needs them. */
async function hintsBehindPoolers(hints: readonly PeerHint[]): Promise<PeerHint[]> {
  return poolerHints(localPoolers(), hints, await resolveHost('localhost'));
}

/** Looks until the window is over or `signal` says stop. `look` answers whether to go on. */
async function everyInterval(
  timing: { intervalMs: number; longestMs: number; durationMs: number; signal: AbortSignal },
  look: (elapsedMs: number, index: number) => Promise<boolean>,
): Promise<number> {
  const start = performance.now();
  const elapsed = (): number => performance.now() - start;
  for (let index = 0; elapsed() < timing.durationMs && !timing.signal.aborted; index += 1) {
    const before = elapsed();
    if (!(await look(before, index))) break;
    const lookMs = elapsed() - before;
    const intervalMs = Math.max(timing.intervalMs, Math.min(timing.longestMs, lookMs * pausePerLook));
    const pauseMs = Math.min(intervalMs * spread(index) - lookMs, timing.durationMs - elapsed());
    await sleep(Math.max(1, pauseMs), undefined, { signal: timing.signal }).catch(() => undefined);
  }
  return elapsed();
}

/** Pauses of 0.75–1.25 intervals, so that the looks do not march in step with a timer of the service (multiples of the golden ratio spread evenly). */
function spread(index: number): number {
  return 0.75 + 0.5 * ((index * 0.618_034) % 1);
}

type Window = Pick<ObserveServiceOptions, 'durationMs' | 'signal' | 'servicePort' | 'onProgress'>;

async function watchTree(found: FoundProcess, window: Window, onGone: () => void): Promise<TreeSnapshot[]> {
  const snapshots: TreeSnapshot[] = [];
  const look = (): Promise<boolean> => {
    const snapshot = snapshotTree(found, performance.now());
    if (snapshot === null) onGone();
    else snapshots.push(snapshot);
    return Promise.resolve(snapshot !== null);
  };
  const intervalMs = Math.max(treeIntervalMs, window.durationMs / maximumLooks.tree);
  await everyInterval({ ...window, intervalMs, longestMs: window.durationMs / 4 }, look);
  if (!window.signal.aborted) await look();
  return snapshots;
}

interface WatchedSockets {
  samples: WireSample[];
  missing: MissingEvidence[];
  elapsedMs: number;
}

async function watchSockets(found: FoundProcess, window: Window): Promise<WatchedSockets> {
  const reader = await openSocketReader(found.pid);
  const ownership = trackOwnership();
  const missing = reader.missing === null ? [] : [reader.missing];
  const samples: WireSample[] = [];
  let memory = noMemory;
  let pids: number[] = [];
  const look = async (elapsedMs: number, index: number): Promise<boolean> => {
    ownership.prepare(pids);
    const rows = await reader.read().catch(() => null);
    // A process that forked since shows at the next refresh; looking through all of /proc each time would cost more than the sockets.
    if (index % 5 === 0) pids = processTree(found.pid);
    if (rows === null) return true;
    const owned = ownership.of(rows, pids);
    // Of a process that has ended there is nothing to read; whoever watches it tells so.
    if (owned === null && readLivingStat(found.pid) !== null) missing.push(hiddenRow(found.pid));
    if (owned === null) return false;
    const ownEnds = endsOf(rows, new Set(socketInodes(process.pid) ?? []));
    const looked = sampleWire(rows, { owned, servicePort: window.servicePort ?? found.port, ownEnds }, memory);
    samples.push(looked.sample);
    memory = looked.memory;
    const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
    window.onProgress?.(`${seconds(elapsedMs)} of ${seconds(window.durationMs)}, ${samples.length} looks at the sockets`);
    return true;
  };
  const intervalMs = Math.max(socketIntervalMs, window.durationMs / maximumLooks.sockets);
  const elapsedMs = await everyInterval({ ...window, intervalMs, longestMs: window.durationMs / minimumSocketLooks }, look);
  if (samples.length === 0 && missing.length === 0 && !window.signal.aborted) missing.push(unreadableRow());
  return { samples, missing, elapsedMs };
}

function endsOf(rows: readonly { local: string; inode: number }[], inodes: ReadonlySet<number>): Set<string> {
  return new Set(rows.filter((row) => inodes.has(row.inode)).map((row) => row.local));
}

function goneRow(pid: number): MissingEvidence {
  return {
    id: 'process-ended',
    what: 'the process of the service through the whole window',
    why: `process ${pid} ended inside the window; its numbers are of the time before`,
    remedy: 'Find out why it ended (crash, restart, out of memory), then triage again.',
  };
}

function hiddenRow(pid: number): MissingEvidence {
  return {
    id: 'sockets',
    what: 'the sockets of the service',
    why: `the open files of process ${pid} cannot be read`,
    remedy: 'Run the worker or host agent as the user of the service, or as root (in a container: with CAP_SYS_PTRACE).',
  };
}

function unreadableRow(): MissingEvidence {
  return {
    id: 'sockets',
    what: 'the sockets of the service',
    why: 'the table of sockets could not be read even once in the window',
    remedy: 'Run `ss -tin` as the user of the worker and see what it says.',
  };
}

function ambiguousRow(error: UnreadableInputError): MissingEvidence {
  return {
    id: 'process',
    what: 'the process of the service',
    why: error.message,
    remedy: 'Name one process in `process` of the catalog: a port, a pid or a pidFile.',
  };
}
