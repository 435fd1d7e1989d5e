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

/** Answer of `bisect --json`. Ratios are culprit ÷ parent and bad ÷ good: above 1 is slower. */
export interface BisectAnswer {
  outcome: 'culprit' | 'range' | 'no-regression' | 'not-in-code' | 'inconclusive';
  culprit: Omit<CommitInfo, 'parents' | 'tree'> | null;
  mergedBy: string | null;
  otherCulprits: { commit: string; effect: { ratio: number; ci: [number, number] } }[];
  /** Last known good, first known bad: half-open, full ids. */
  range: [string, string] | null;
  posterior: number | null;
  effect: { ratio: number; ci: [number, number] } | null;
  bracket: { ratio: number; ci: [number, number]; minDetectable: number } | null;
  metric: BisectMetric;
  runs: number;
  builds: number;
  skipped: { commit: string; reason: SkipReason }[];
  reasons: string[];
  /** Posterior per commit of the range, for the chart. */
  posteriorByCommit: { commit: string; subject: string; probability: number }[];
}
