/** One load window with everything that is captured in it: what every story does. */
import type { LoadRun } from '../../activities/contract.js';
import { hasEndedEarly } from '../../core/decisions/load/capture-window.js';
import type { CaptureTask } from '../../core/model/target.js';
import { notCaptured, startCaptures, type Captured, type CapturePlace, type RunningCaptures } from './capture.js';
import type { Kernel } from './context.js';
import { holdLoad, type LoadOrder, type NoLoad } from './hold-load.js';

/**
 * Every way in which a window can end. `cut-short`: the load ended before its window was over, so the captures would have seen an idle service. `unwanted`:
 * the load was held, and its result is no reason to look closer.
 */
export type WindowEnding =
  | { kind: 'captured'; run: LoadRun; captures: Captured[] }
  | { kind: 'cut-short'; run: LoadRun; captures: Captured[] }
  | { kind: 'unwanted'; run: LoadRun }
  | NoLoad;

export interface WindowOrder {
  load: LoadOrder;
  tasks: readonly CaptureTask[];
  place: CapturePlace;
  /** Is this run worth waiting for its captures? */
  isWanted: (run: LoadRun) => boolean;
}

const notInWindow = 'Triage again; when it happens again, look at the log of the load activity in the Temporal Web UI.';

/** Holds the load once and captures in its window. Throws only if the workflow is cancelled, after load and captures have stopped. */
export async function holdWindow(kernel: Kernel, { load, tasks, place, isWanted }: WindowOrder): Promise<WindowEnding> {
  const newest: { captures: RunningCaptures | null; durationMs: number } = { captures: null, durationMs: load.plan.durationMs };
  const ending = await holdLoad(kernel, load, (started) => {
    newest.durationMs = started.durationMs;
    newest.captures = startCaptures(kernel, tasks, place, started, newest.captures);
  });
  const { captures, durationMs } = newest;
  if (ending.kind !== 'held' || !isWanted(ending.run)) {
    void captures?.stop();
    return ending.kind === 'held' ? { kind: 'unwanted', run: ending.run } : ending;
  }
  const { run } = ending;
  if (captures === null) return { kind: 'captured', run, captures: notCaptured(tasks, 'the load never told that it started', notInWindow) };
  if (!hasEndedEarly({ durationMs, measuredFrom: run.measuredFrom, endedAt: run.endedAt }))
    return { kind: 'captured', run, captures: await captures.results };
  await captures.stop();
  const why = 'the load ended before its window was over, so the captures would have seen an idle service';
  return { kind: 'cut-short', run, captures: notCaptured(tasks, why, notInWindow) };
}
