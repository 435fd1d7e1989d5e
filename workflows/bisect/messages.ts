/** The public protocol of `bisectRegression`. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { BisectRequest, CommitBuild, CommitMeasurement } from '../../activities/bisect-contract.js';
import type { BisectAnswer, SkipReason } from '../../core/model/bisect.js';
import type { LoadPlan } from '../../core/model/load-result.js';

export interface CommitMark {
  commit: string;
  by?: string;
}

/** Answer of the query `bisectStatus`. */
export interface BisectStatus {
  bisectId: string;
  stage: string;
  isPaused: boolean;
  runs: number;
  builds: number;
  skipped: { commit: string; reason: SkipReason }[];
  leading: { commit: string; probability: number }[];
  answer: BisectAnswer | null;
}

/** All that a continued run needs: the list of measurements and what people said. Everything else is derived from it. */
export interface BisectProgress {
  measurements: CommitMeasurement[];
  /** Builds that were made ahead of a run. */
  prebuilt: CommitBuild[];
  /** Number of measurements when the search of each range began: what was measured before has other weather. */
  since: Record<string, number>;
  answers: Record<string, RangeAnswer>;
  goodMarks: string[];
  badMarks: string[];
  skipMarks: string[];
  startedAtMs: number;
}

/** What the search of one range of commits ended with. Commits are ids. */
export type RangeAnswer =
  | {
      kind: 'found';
      from: string;
      to: string;
      inside: number;
      posterior: number;
      effect: { ratio: number; ci: [number, number] };
      adjacent: { ratio: number; ci: [number, number] };
      bracket: RangeBracket | null;
    }
  | { kind: 'no-step'; conclusive: boolean; bracket: RangeBracket }
  | {
      kind: 'stopped';
      why: string;
      from: string | null;
      to: string | null;
      posterior: number | null;
      bracket: RangeBracket | null;
    };

export interface RangeBracket {
  ratio: number;
  ci: [number, number];
  minDetectable: number;
}

/** What else outlives a history: what people asked for, what was noted on the way, and the load that all measurements have in common. */
export interface BisectCarried {
  isPaused: boolean;
  isStopped: boolean;
  notes: string[];
  /** What an incident handed over. */
  facts: string[];
  absentUntilMs: Record<string, number>;
  load: LoadPlan;
}

/** `request` is null when an incident hands off: it follows from the evidence. `progress` and `carried` are set when a long search continues as new. */
export interface BisectStart {
  request: BisectRequest | null;
  incidentId: string | null;
  service: string;
  endpoint: string;
  /** Workflow of the incident that asked: it hears the answer as the signal `bisectEnded`. */
  answerTo?: string;
  progress?: BisectProgress;
  carried?: BisectCarried;
  /** Version of what it decides with (core/bisect/numerics.ts); absent in what older builds started. */
  numerics?: number;
}

export const pauseSignal = defineSignal<[{ by?: string }?]>('pause');
export const resumeSignal = defineSignal<[{ by?: string }?]>('resume');
export const stopAndReportSignal = defineSignal<[{ by?: string }?]>('stopAndReport');
export const skipCommitSignal = defineSignal<[CommitMark]>('skipCommit');
export const markGoodSignal = defineSignal<[CommitMark]>('markGood');
export const markBadSignal = defineSignal<[CommitMark]>('markBad');
export const bisectStatusQuery = defineQuery<BisectStatus>('bisectStatus');
