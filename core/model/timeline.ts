/** The record of one story: typed events, only ever appended. Board, report, notifications and parent workflows read it; nobody rewrites it. */
import type { ArtifactRef } from './artifact.js';
import type { CauseId } from './cause.js';
import type { Outcome, Phase } from './outcome.js';
import type { ConfirmationVerdict } from './load-result.js';

/** Who knows it first-hand. */
export type EventSource = 'responder' | 'person' | 'alert' | 'bisector';

interface EventStamp {
  /** Unique in one record, in the order of recording: `t1`, `t2`… Who hears of an event twice knows it by this id. */
  id: string;
  /** ISO 8601: when it happened, and when it was written down. */
  at: string;
  recordedAt: string;
  source: EventSource;
  /** The person, as given; null where a program acts. */
  by: string | null;
  /** One sentence for people. */
  text: string;
  /** Ids of evidence that the sentence rests on. */
  evidence: string[];
}

/** Stages are what the board shows: one that started ends, or was skipped. `stageId` is the event with which it started. */
export type StageFact =
  | { kind: 'stage-started'; stage: string }
  | { kind: 'stage-ended'; stage: string; stageId: string; state: 'done' | 'failed' | 'cancelled' }
  | { kind: 'stage-skipped'; stage: string };

/** What every story records. `reason`: a sentence of why the outcome is what it is. `ignored`: a message that could not be understood. */
export type StoryFact = StageFact | { kind: 'reason' } | { kind: 'ignored'; message: string };

/** What a triage records besides. These are the milestones that a parent hears of. */
export type TriageMilestone =
  | { kind: 'accepted' }
  | {
      kind: 'confirmation';
      verdict: ConfirmationVerdict | null;
      p95Ms: number | null;
      /** What an incident rates its severity by; absent where nothing was measured, and in records of before it was told. */
      measured?: { requests: number; errorRatio: number; p95BudgetMs: number | null; p50Ms?: number | null; p99Ms?: number | null };
    }
  | { kind: 'diagnosis'; outcome: Outcome; causes: { id: CauseId; component: string; share: number }[] }
  | { kind: 'report-ready'; artifacts: Pick<ArtifactRef, 'name' | 'path'>[] }
  | { kind: 'rerun'; outcome: Outcome; ratio: number | null }
  | { kind: 'acknowledged' }
  | { kind: 'escalated'; level: string }
  | { kind: 'remedy-proposed'; planId: string }
  | { kind: 'remedy-decided'; planId: string; decision: 'approve' | 'reject' }
  | { kind: 'remedy-expired'; planId: string }
  | {
      kind: 'remedy-applied';
      planId: string;
      applied: boolean;
      /** The cause that it takes away; null: a runbook, which takes nothing away by itself. Absent in records of before it was told. */
      cause?: CauseId | null;
    }
  | { kind: 'handed-off'; bisectId: string }
  | { kind: 'bisect-answer'; bisectId: string; outcome: string; commit: string | null }
  | { kind: 'ended'; outcome: Outcome | null };

export type TriageFact = StoryFact | TriageMilestone | { kind: 'phase'; phase: Phase } | { kind: 'alert'; alertId: string };

export type Recorded<Fact> = EventStamp & Fact;
export type TimelineEvent = Recorded<TriageFact>;

/** What a writer gives; the rest is stamped. */
export type NewEvent<Fact> = Fact & Pick<EventStamp, 'text'> & Partial<Pick<EventStamp, 'at' | 'source' | 'by' | 'evidence'>>;
