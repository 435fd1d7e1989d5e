import { setTimeout as sleep } from 'node:timers/promises';
import { EvidenceUnavailableError } from '../core/model/errors.js';
import type { MissingEvidence, ServiceObservation, WireObservation } from '../core/model/observation.js';
import { summarizeProcess, type ProcessSnapshot } from '../core/observe/process.js';
import { sampleWire, summarizeWire, type PeerHint, type WireSample } from '../core/observe/wire.js';
import { findServiceProcess, type FoundProcess, type ProcessLocator } from './find-process.js';
import { readStat } from './process-files.js';
import { identifyProcess, snapshotProcess } from './processes.js';
import { ownedSockets, readSockets } from './sockets.js';

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

/** Socket states change within a request: five looks a second give a mean of about 150 samples in half a minute. */
const socketIntervalMs = 200;
/** Threads are counters: they only need looks often enough not to miss short-lived ones. */
const threadIntervalMs = 1000;

/** CPU, threads, host and sockets of a service through one window. What cannot be observed is a row of `missing`. */
export async function observeService(options: ObserveServiceOptions): Promise<ServiceObservation> {
  try {
    const found = await findServiceProcess(options.locator);
    await sleep(options.delayMs, undefined, { signal: options.signal });
    return await observeFound(found, options);
  } catch (error) {
    if (error instanceof EvidenceUnavailableError) return { process: null, wire: null, missing: [error.missing] };
    throw error;
  }
}

async function observeFound(found: FoundProcess, options: ObserveServiceOptions): Promise<ServiceObservation> {
  const identity = await identifyProcess(found.pid);
  const window = await sampleWindow(found, options);
  const processObservation = summarizeProcess(identity, window.snapshots);
  const missing = [...window.missing];
  if (processObservation === null) missing.push(goneRow(found.pid));
  const wire: WireObservation | null =
    window.samples.length === 0 ? null : summarizeWire(window.samples, window.elapsedMs, options.peerHints);
  return { process: processObservation, wire, missing };
}

interface SampledWindow {
  snapshots: ProcessSnapshot[];
  samples: WireSample[];
  missing: MissingEvidence[];
  elapsedMs: number;
}

async function sampleWindow(found: FoundProcess, options: ObserveServiceOptions): Promise<SampledWindow> {
  const window: SampledWindow = { snapshots: [], samples: [], missing: [], elapsedMs: 0 };
  const servicePort = options.servicePort ?? found.port;
  const start = performance.now();
  let nextSnapshotMs = 0;
  while (window.elapsedMs < options.durationMs) {
    options.signal.throwIfAborted();
    if (window.elapsedMs >= nextSnapshotMs) {
      if (!(await addSnapshot(window, found))) return window;
      nextSnapshotMs = window.elapsedMs + threadIntervalMs;
    }
    await addSample(window, found.pid, servicePort);
    options.onProgress?.(
      `${Math.round(window.elapsedMs / 1000)} s of ${Math.round(options.durationMs / 1000)} s, ${window.samples.length} socket samples`,
    );
    const elapsed = performance.now() - start;
    const pauseMs = Math.min(socketIntervalMs - (elapsed % socketIntervalMs), options.durationMs - elapsed);
    await sleep(Math.max(1, pauseMs), undefined, { signal: options.signal });
    window.elapsedMs = performance.now() - start;
  }
  await addSnapshot(window, found);
  return window;
}

/** False when the process ended; a new one under the same id is not the one we look at. */
async function addSnapshot(window: SampledWindow, found: FoundProcess): Promise<boolean> {
  const stat = await readStat(found.pid);
  const snapshot = stat?.startTicks === found.startTicks ? await snapshotProcess(found.pid, performance.now()) : null;
  if (snapshot === null) window.missing.push(goneRow(found.pid));
  else window.snapshots.push(snapshot);
  return snapshot !== null;
}

async function addSample(window: SampledWindow, pid: number, servicePort: number | null): Promise<void> {
  if (window.missing.some((row) => row.id === 'sockets')) return;
  try {
    const [rows, owned] = await Promise.all([readSockets(pid), ownedSockets(pid)]);
    if (owned.size > 0) window.samples.push(sampleWire(rows, owned, servicePort));
    else if (window.samples.length === 0) window.missing.push(hiddenRow(pid));
  } catch (error) {
    if (!(error instanceof EvidenceUnavailableError)) throw error;
    window.missing.push(error.missing);
  }
}

function goneRow(pid: number): MissingEvidence {
  return {
    id: 'process',
    what: 'the process of the service',
    why: `process ${pid} ended inside the window`,
    remedy: 'Find out why it ended (crash, restart, out of memory), then triage again.',
  };
}

function hiddenRow(pid: number): MissingEvidence {
  return {
    id: 'sockets',
    what: 'the sockets of the service',
    why: `the open files of process ${pid} cannot be read`,
    remedy: 'Run the worker or host agent as the user of the service, or as root.',
  };
}
