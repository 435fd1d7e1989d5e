/** Projections of a record: the same events told as rows of the board, as reasons, as milestones. */
import type { Recorded, StageFact, TimelineEvent, TriageMilestone } from '../model/timeline.js';
import type { StageRow } from './status-board.js';

type Known = Recorded<StageFact> | { kind: string };

function isStage(event: Known): event is Recorded<StageFact> {
  return event.kind === 'stage-started' || event.kind === 'stage-ended' || event.kind === 'stage-skipped';
}

/** One row for each stage, in the order in which they began. */
export function stageRowsOf(events: readonly Known[]): StageRow[] {
  const stages = events.filter(isStage);
  const ends = new Map(stages.flatMap((event) => (event.kind === 'stage-ended' ? [[event.stageId, event] as const] : [])));
  return stages.flatMap((event): StageRow[] => {
    if (event.kind === 'stage-ended') return [];
    const startedAtMs = Date.parse(event.at);
    const common = { stage: event.stage, startedAtMs };
    if (event.kind === 'stage-skipped') return [{ ...common, state: 'skipped', result: event.text, endedAtMs: null }];
    const end = ends.get(event.id);
    if (end === undefined) return [{ ...common, state: 'running', result: '', endedAtMs: null }];
    return [{ ...common, state: end.state, result: end.text, endedAtMs: Date.parse(end.at) }];
  });
}

/** Why the outcome is what it is, in sentences. */
export function reasonsOf(events: readonly TimelineEvent[]): string[] {
  return events.filter(({ kind }) => kind === 'reason').map(({ text }) => text);
}

const milestoneKinds: Record<TriageMilestone['kind'], true> = {
  accepted: true,
  confirmation: true,
  diagnosis: true,
  'report-ready': true,
  rerun: true,
  acknowledged: true,
  escalated: true,
  'remedy-proposed': true,
  'remedy-decided': true,
  'remedy-expired': true,
  'remedy-applied': true,
  'handed-off': true,
  'bisect-answer': true,
  ended: true,
};

/** What a parent hears of: what happened to the question, not how each stage went. */
export function isMilestone(event: TimelineEvent): event is Recorded<TriageMilestone> {
  return event.kind in milestoneKinds;
}
