import type { ProfileCategory } from './profile.js';

/** One commit of the searched range. `files` are the paths it changes against its first parent. */
export interface CommitInfo {
  commit: string;
  subject: string;
  author: string;
  /** ISO 8601. */
  date: string;
  parents: string[];
  tree: string;
  files: string[];
}

export type BisectMetric = 'p95' | 'p50' | 'error-ratio' | 'cpu' | 'db-time';
export type SkipReason = 'build-failed' | 'not-started' | 'unhealthy' | 'errors';

/** A function of the application, or what uses CPU outside of it, with the CPU milliseconds that a request spends there. */
export interface FunctionGrowth {
  frame: string;
  /** Path inside the repository. */
  module: string;
  line: number | null;
  /** The category that grew most in the function or below it. */
  category: ProfileCategory;
  beforeMs: number;
  afterMs: number;
}

/** CPU profiles of parent and culprit under the same load, per request; `functions` that clearly grew, the largest growth first. */
export interface ProfileGrowth {
  beforeMs: number;
  afterMs: number;
  functions: FunctionGrowth[];
}

/** Answer of `bisect --json`. Ratios are culprit ÷ parent and bad ÷ good: above 1 is slower. */
export interface BisectAnswer {
  outcome: 'culprit' | 'range' | 'no-regression' | 'not-in-code' | 'inconclusive';
  culprit: (Omit<CommitInfo, 'parents' | 'tree'> & { isMerge: boolean }) | null;
  mergedBy: string | null;
  otherCulprits: { commit: string; effect: { ratio: number; ci: [number, number] } }[];
  /** Last known good and first known bad commit: half-open, full ids. */
  range: [string, string] | null;
  posterior: number | null;
  effect: { ratio: number; ci: [number, number] } | null;
  bracket: { ratio: number; ci: [number, number]; minDetectable: number } | null;
  metric: BisectMetric;
  runs: number;
  builds: number;
  skipped: { commit: string; reason: SkipReason }[];
  reasons: string[];
  /** Null when there is no single culprit, or when no profile could be taken. */
  profileDiff: ProfileGrowth | null;
  /** Posterior per commit of the range, for the chart. */
  posteriorByCommit: { commit: string; subject: string; probability: number }[];
}

export interface BisectSummary {
  outcome: 'culprit' | 'range' | 'no-regression' | 'not-in-code' | 'inconclusive';
  /** `isMerge`: to revert it, git has to be told the parent to go back to. */
  culprit: { commit: string; subject: string; author: string; date: string; files: string[]; isMerge?: boolean } | null;
  range: [string, string] | null;
  posterior: number | null;
  effect: { ratio: number; ci: [number, number] } | null;
  reasons: string[];
  workflowId: string;
}
