import type { LoadPlan } from '../../model/load-result.js';
import type { LoadStage } from '../../model/load-stages.js';

/**
 * Stages that follow each other without a gap: one scenario of k6, so that a change of level is no new set of users and no wave of new connections.
 * Lanes run side by side.
 */
export interface Lane {
  name: string;
  isOpen: boolean;
  /** Since the run began. */
  startMs: number;
  /** Warm-up at the level of its first stage; only lanes that begin with the judged part have one. */
  leadMs: number;
  stages: LoadStage[];
}

/** A stage joins the first lane of its model that ends where it begins. */
export function lanesOf(stages: readonly LoadStage[], warmUpMs: number): Lane[] {
  const lanes: Lane[] = [];
  for (const stage of [...stages].sort((a, b) => a.startMs - b.startMs)) {
    const isOpen = stage.model === 'open';
    const lane = lanes.find((each) => each.isOpen === isOpen && endOf(each) === stage.startMs);
    if (lane !== undefined) lane.stages.push(stage);
    else lanes.push(laneOf(stage, lanes.length + 1, warmUpMs));
  }
  return lanes;
}

function laneOf(stage: LoadStage, number: number, warmUpMs: number): Lane {
  const isFirst = stage.startMs === 0;
  return {
    name: `lane-${number}`,
    isOpen: stage.model === 'open',
    startMs: isFirst ? 0 : warmUpMs + stage.startMs,
    leadMs: isFirst ? warmUpMs : 0,
    stages: [stage],
  };
}

function endOf({ stages }: Lane): number {
  const last = stages.at(-1);
  return last === undefined ? 0 : last.startMs + last.durationMs;
}

/** What the script has to know of each scenario, by its name. */
export function lanesForScript(plan: LoadPlan): Record<string, unknown> {
  if (plan.stages === undefined) return { load: { startMs: 0, isOpen: plan.rate !== null, stages: [] } };
  const known = lanesOf(plan.stages, plan.warmUpMs).map(({ name, startMs, isOpen, stages }) => {
    const begins = stages.map((stage) => ({ name: stage.name, startMs: stage.startMs }));
    return [name, { startMs, isOpen, stages: begins }] as const;
  });
  return Object.fromEntries(known);
}
