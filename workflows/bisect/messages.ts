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

/** All that a continued run needs: the measurements, and what people said. Everything else is derived from these. */
export interface BisectProgress {
  measurements: CommitMeasurement[];
  /** Builds that were made ahead of a run. */
  prebuilt: CommitBuild[];
  /** Number of measurements when the search of each range began. Earlier ones were made under other conditions. */
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

/** What else survives a history: what people asked for, notes, and the load that all measurements share. */
export interface BisectCarried {
  isPaused: boolean;
  isStopped: boolean;
  notes: string[];
  /** What the incident handed over. */
  facts: string[];
  absentUntilMs: Record<string, number>;
  load: LoadPlan;
}

/**
 * `request` is null when an incident hands off, because it follows from the evidence. `progress` and `carried` are set when a long search continues as new.
 */
export interface BisectStart {
  request: BisectRequest | null;
  incidentId: string | null;
  service: string;
  endpoint: string;
  /** Workflow of the incident that asked. It receives the answer as the signal `bisectEnded`. */
  answerTo?: string;
  progress?: BisectProgress;
  carried?: BisectCarried;
  /** Version of the numerics that it decides with (core/bisect/numerics.ts); absent in searches of older builds. */
  numerics?: number;
}

export const pauseSignal = defineSignal<[{ by?: string }?]>('pause');
export const resumeSignal = defineSignal<[{ by?: string }?]>('resume');
export const stopAndReportSignal = defineSignal<[{ by?: string }?]>('stopAndReport');
export const skipCommitSignal = defineSignal<[CommitMark]>('skipCommit');
export const markGoodSignal = defineSignal<[CommitMark]>('markGood');
export const markBadSignal = defineSignal<[CommitMark]>('markBad');
export const bisectStatusQuery = defineQuery<BisectStatus>('bisectStatus');
