/** The record of one story: typed events, only ever appended. Board, report, notifications and parent workflows read it; nobody rewrites it. */
import type { ArtifactRef } from './artifact.js';
import type { CauseId } from './cause.js';
import type { Outcome, Phase } from './outcome.js';
import type { ConfirmationVerdict } from './load-result.js';

/** Where the event is known from first-hand. */
export type EventSource = 'responder' | 'person' | 'alert' | 'bisector';

interface EventStamp {
  /** Unique within one record, in the order of recording: `t1`, `t2`… A receiver that gets an event twice recognises it by this id. */
  id: string;
  /** ISO 8601: when it happened, and when it was recorded. */
  at: string;
  recordedAt: string;
  source: EventSource;
  /** The person, as given; null where a program acts. */
  by: string | null;
  /** One sentence for people. */
  text: string;
  /** Ids of the evidence that supports the sentence. */
  evidence: string[];
}

/** Stages are the rows of the board: each one that started ends or is skipped. `stageId` is the id of the event that started it. */
export type StageFact =
  | { kind: 'stage-started'; stage: string }
  | { kind: 'stage-ended'; stage: string; stageId: string; state: 'done' | 'failed' | 'cancelled' }
  | { kind: 'stage-skipped'; stage: string };

/** What every story records. `reason`: a sentence about why the outcome is what it is. `ignored`: a message that could not be understood. */
export type StoryFact = StageFact | { kind: 'reason' } | { kind: 'ignored'; message: string };

/** What a triage records besides. A parent is told of these milestones. */
export type TriageMilestone =
  | { kind: 'accepted' }
  | {
      kind: 'confirmation';
      verdict: ConfirmationVerdict | null;
      p95Ms: number | null;
      /** What the severity of an incident is rated by. Absent when nothing was measured, and in older records. */
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
      /** The cause that it removes; null for a runbook, which removes no cause by itself. Absent in older records. */
      cause?: CauseId | null;
    }
  | { kind: 'handed-off'; bisectId: string }
  | { kind: 'bisect-answer'; bisectId: string; outcome: string; commit: string | null }
  | { kind: 'ended'; outcome: Outcome | null };

export type TriageFact = StoryFact | TriageMilestone | { kind: 'phase'; phase: Phase } | { kind: 'alert'; alertId: string };

export type Recorded<Fact> = EventStamp & Fact;
export type TimelineEvent = Recorded<TriageFact>;

/** What a caller provides; the record adds the rest. */
export type NewEvent<Fact> = Fact & Pick<EventStamp, 'text'> & Partial<Pick<EventStamp, 'at' | 'source' | 'by' | 'evidence'>>;
