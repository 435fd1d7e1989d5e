/** The captures of one load window, side by side and on one machine. */
import { CancellationScope, isCancellation, TimeoutFailure, type ActivityOptions } from '@temporalio/workflow';
import type { Capture, CaptureRequest, LoadStarted, TriageOptions } from '../../activities/contract.js';
import { planCaptureWindow, shortened } from '../../core/decisions/load/capture-window.js';
import type { CaptureTask, TargetSummary } from '../../core/model/target.js';
import { capturing, light } from './activity-options.js';
import { inStage } from './board.js';
import type { Kernel } from './context.js';
import { missingFrom, rootOf } from './describe-failure.js';
import { hostQueue } from './task-queues.js';

/** What one task returned. `unheard`: its worker went away without an answer, which says nothing about the service. */
export interface Captured {
  kind: string;
  capture: Capture;
  unheard: boolean;
}

export interface RunningCaptures {
  /** Rejects only if the captures were cancelled. */
  results: Promise<Captured[]>;
  /** Asks the captures to stop; resolves when they have. */
  stop: () => Promise<void>;
}

type CaptureTarget = Pick<TargetSummary, 'service' | 'databases' | 'captures'>;

/** Everything that is captured in the window of a load on this target. */
export function captureTasks({ service, databases, captures }: CaptureTarget): CaptureTask[] {
  if (captures !== undefined) return captures;
  // Older histories do not list their captures: they had these three, in this order.
  const first = [
    {
      kind: 'profile',
      stage: 'profile',
      what: 'a profile of the service under load',
      title: `CPU profile of ${service}`,
      longestMs: 600_000,
    },
    {
      ...{ kind: 'service', stage: 'observe service', what: 'process and sockets of the service under load' },
      ...{ title: `process and sockets of ${service}`, longestMs: null },
    },
  ];
  const title = `sessions and statements of ${databases.join(', ')}`;
  const third = { kind: 'databases', stage: 'observe databases', what: 'what the databases did under load', title, longestMs: null };
  return databases.length === 0 ? first : [...first, third];
}

/** The first kinds of evidence have activities with their own names, which histories contain; every other kind is taken by its id. */
function take({ kind }: CaptureTask, request: CaptureRequest, options: ActivityOptions & { summary: string }): Promise<Capture> {
  switch (kind) {
    case 'profile':
      return light.captureProfile.executeWithOptions(options, [request]);
    case 'service':
      return light.observeService.executeWithOptions(options, [request]);
    case 'databases':
      return light.observeDatabases.executeWithOptions(options, [request]);
    default:
      return light.capture.executeWithOptions(options, [kind, request]);
  }
}

/** Captures that never ran, each as missing evidence with the reason. */
export function notCaptured(tasks: readonly CaptureTask[], why: string, remedy: string): Captured[] {
  return tasks.map(({ kind, what }) => ({
    kind,
    capture: { headline: 'not captured', artifacts: [], missing: [{ id: kind, what, why, remedy }] },
    unheard: false,
  }));
}

export interface CapturePlace {
  endpoint: string;
  options: TriageOptions;
  /** Queue of the machine that the catalog names; null = the one that runs the load. */
  queue: string | null;
}

/**
 * Starts the captures for one start of the load. `before` are the captures of an earlier start. They are stopped first, because two profilers in one
 * process disturb each other.
 */
export function startCaptures(
  kernel: Kernel,
  tasks: readonly CaptureTask[],
  place: CapturePlace,
  started: LoadStarted,
  before: RunningCaptures | null,
): RunningCaptures {
  const scope = new CancellationScope();
  const results = scope.run(async () => {
    if (before !== null) await before.stop();
    return takeAll(kernel, tasks, place, started);
  });
  const settled = results.then(
    () => undefined,
    () => undefined,
  );
  return {
    results,
    stop: () => {
      scope.cancel();
      return settled;
    },
  };
}

/** All captures of one window observe one machine; captures of two machines could not be compared. */
async function takeAll(kernel: Kernel, tasks: readonly CaptureTask[], place: CapturePlace, started: LoadStarted): Promise<Captured[]> {
  const elapsedMs = Date.now() - Date.parse(started.startedAt);
  const window = planCaptureWindow({ measuredInMs: started.measuredInMs, durationMs: started.durationMs, elapsedMs });
  const queue = place.queue ?? hostQueue(started.host);
  const again = started.attempt > 1 ? ` (load try ${started.attempt})` : '';
  const settled = await Promise.allSettled(
    tasks.map((task) => {
      const { delayMs, durationMs } = shortened(window, task.longestMs);
      const request = { ownerId: kernel.ownerId, endpoint: place.endpoint, delayMs, durationMs, options: place.options };
      const summary = `${task.title}, ${Math.round(durationMs / 1000)} s${again}`;
      const takeIt = (): Promise<Capture> => take(task, request, { ...capturing(queue, delayMs, durationMs), summary });
      return orMissing(
        inStage(kernel, `${task.stage}${again}`, takeIt, ({ headline }) => headline),
        task,
      );
    }),
  );
  return settled.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    throw result.reason;
  });
}

/** A failed capture is a gap in the evidence and does not end the run. */
async function orMissing(work: Promise<Capture>, { kind, what }: CaptureTask): Promise<Captured> {
  try {
    return { kind, capture: await work, unheard: false };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const missing = missingFrom(error, { id: kind, what });
    const root = rootOf(error);
    // If no worker was there to begin with, the gap stays. If one began and fell silent, a worker died.
    const unheard = root instanceof TimeoutFailure && root.timeoutType !== 'SCHEDULE_TO_START';
    return { kind, capture: { headline: `missing: ${missing.why}`, artifacts: [], missing: [missing] }, unheard };
  }
}
