/** A story that only wants one load window with everything captured in it: what the kernel has to be good for without any incident. */
import type { ResolvedTarget } from '../../../activities/contract.js';
import { captureTasks } from '../../../workflows/kernel/capture.js';
import { createKernel } from '../../../workflows/kernel/context.js';
import { holdWindow, type WindowEnding } from '../../../workflows/kernel/hold-window.js';
import { createTimeline } from '../../../workflows/kernel/timeline.js';
import type { Recorded, StoryFact } from '../../../core/model/timeline.js';

export type Told = { ending: WindowEnding; events: Recorded<StoryFact>[] };

export async function oneWindow({ target, plan, symptom }: Extract<ResolvedTarget, { ok: true }>): Promise<Told> {
  const { events, record } = createTimeline<StoryFact>([], () => undefined);
  const kernel = createKernel('window-1', record);
  const { endpoint, budgets } = target;
  const words = { key: 'only', stage: 'hold', title: 'k6', artifactPrefix: '', priority: 3, isUnwanted: () => false };
  const load = { ...words, endpoint, plan, budgets, symptom };
  const place = { endpoint, options: {}, queue: null };
  return { ending: await holdWindow(kernel, { load, tasks: captureTasks(target), place, isWanted: () => true }), events };
}
