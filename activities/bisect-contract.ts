/** What the bisect workflow may ask of the world; implemented in `activities/bisect.ts`. */
import type { BisectAnswer, BisectMetric, CommitInfo, ProfileGrowth, SkipReason } from '../core/model/bisect.js';
import type { ArtifactRef } from '../core/model/artifact.js';
import type { RunFigures } from '../core/model/rerun.js';
import type { LoadPlan } from '../core/model/load-result.js';

/** Input of `bisectRegression`, from the command line or from the hand-off of an incident. */
export interface BisectRequest {
  bisectId: string;
  /** Catalog key `service/endpoint`. */
  endpoint: string;
  good: string | null;
  bad: string | null;
  metric: BisectMetric;
  /** Smallest ratio bad ÷ good that is worth a search. */
  minEffect: number;
  budgetRuns: number;
  /** Null: as many as the runs need. */
  budgetBuilds: number | null;
  budgetMinutes: number;
  /** Files and functions that the localizer named. */
  hints: { files: string[] };
  /** Incident that handed off; null when started alone. */
  incidentId: string | null;
}

/** The range of commits, the good end first. It holds ids only, so that months of commits stay small. */
export interface BisectPlan {
  commits: string[];
  prior: number[];
  load: LoadPlan;
  /** Whether a commit has to be built at all. */
  hasBuild: boolean;
  /** Machines whose workers measure commits now. */
  hosts: string[];
}

export interface CommitRequest {
  bisectId: string;
  endpoint: string;
  commit: string;
}

/** What happened on which machine, and how long it took. `buildMs` is null when nothing had to be built. */
interface OnHost {
  commit: string;
  host: string;
  buildMs: number | null;
  detail: string;
}

export type CommitMeasurement = OnHost & { runMs: number } & (
    { ok: true; logMetric: number; figures: RunFigures; withinBudget: boolean } | { ok: false; reason: SkipReason }
  );

/** A build ahead of its first run. */
export type CommitBuild = OnHost & { ok: boolean };

export interface BisectActivities {
  planBisect(request: BisectRequest): Promise<{ ok: true; plan: BisectPlan } | { ok: false; reason: string }>;
  /** Commits of the branch that a merge brought in, from where it left the main line to its tip; null for an ordinary commit. */
  expandMerge(request: CommitRequest & Pick<BisectRequest, 'hints'>): Promise<{ commits: string[]; prior: number[] } | null>;
  /** One valid k6 run of one commit: worktree, cached build, start, health, reset, warm-up, load, stop. Also reports which other machines measure now. */
  measureCommit(
    request: CommitRequest & { load: LoadPlan; metric: BisectMetric },
  ): Promise<{ measurement: CommitMeasurement; hosts: string[] }>;
  /** Worktree and build of a commit that is likely to be measured soon, with the CPU that a running measurement leaves over. */
  buildCommit(request: CommitRequest): Promise<CommitBuild>;
  describeCommit(request: { endpoint: string; commit: string }): Promise<CommitInfo>;
  /** First lines of the messages, in the order of the commits. */
  subjectsOf(request: { endpoint: string; commits: string[] }): Promise<string[]>;
  /** CPU profiles of parent and culprit under the same load, and what grew. Null when no profile could be taken. */
  compareProfiles(request: {
    bisectId: string;
    endpoint: string;
    parent: string;
    culprit: string;
    load: LoadPlan;
  }): Promise<{ growth: ProfileGrowth; summary: string; runs: number } | null>;
  /** Removes every worktree and process of this bisect, including those of a killed worker. */
  cleanUpBisect(request: { bisectId: string; endpoint: string }): Promise<void>;
  writeBisectReport(request: { bisectId: string; answer: BisectAnswer }): Promise<ArtifactRef[]>;
  /** Sends the answer of a search without an incident to the receivers that the catalog names for the endpoint. */
  notifyBisectEnd(request: { bisectId: string; endpoint: string; answer: BisectAnswer }): Promise<void>;
}
