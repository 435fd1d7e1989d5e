/** What the bisector's activities need of the world. */
import type { CommitWorktrees } from '../adapters/git/commit-worktrees.js';
import type { RunningService, ServiceCommands, StartResult } from '../adapters/git/commit-service.js';
import type { CommitInfo } from '../core/model/bisect.js';
import type { Budgets, LoadPlan } from '../core/model/load-result.js';
import type { ProfileSummary } from '../core/model/profile.js';
import type { Notification } from '../core/model/notification.js';
import type { ArtifactStore, FinishedLoad, LoadOrder } from './dependencies.js';

export interface BisectTarget {
  repository: string;
  /** Good end of the catalog; null = the last tag. */
  good: string | null;
  commands: ServiceCommands;
  plan: LoadPlan;
  budgets: Budgets;
  request: LoadOrder['request'];
}

export interface GitHistory {
  resolveCommit: (repository: string, revision: string) => Promise<string>;
  lastTagBefore: (repository: string, revision: string) => Promise<string | null>;
  firstParentRange: (repository: string, good: string, bad: string) => Promise<CommitInfo[]>;
  mergedRange: (repository: string, merge: CommitInfo) => Promise<CommitInfo[] | null>;
  mergeBase: (repository: string, a: string, b: string) => Promise<string>;
  describeCommit: (repository: string, commit: string) => Promise<CommitInfo>;
  subjectsOf: (repository: string, commits: readonly string[]) => Promise<string[]>;
}

export interface BisectDependencies {
  /** Null when the catalog names no repository. Holds secrets; never leaves an activity. */
  target: (endpoint: string) => BisectTarget | null;
  git: GitHistory;
  worktrees: (repository: string, bisectId: string) => CommitWorktrees;
  startService: (commands: ServiceCommands, place: { worktree: string; logFile: string; signal: AbortSignal }) => Promise<StartResult>;
  runCommand: (
    command: string,
    commands: ServiceCommands,
    place: { worktree: string; logFile: string; signal: AbortSignal; port: number; timeoutMs: number },
  ) => Promise<{ ok: boolean; detail: string }>;
  runLoad: (order: LoadOrder) => Promise<FinishedLoad>;
  /** CPU milliseconds that the process tree has used so far; null when unknown. */
  cpuMs: (pid: number) => Promise<number | null>;
  /** Execution milliseconds of the service's databases so far. Rejects when not all of them can tell. */
  databaseMs: (endpoint: string, signal: AbortSignal) => Promise<number>;
  /** CPU profile of a running service; null when none can be taken. */
  profile: (service: RunningService, durationMs: number, signal: AbortSignal) => Promise<ProfileSummary | null>;
  artifacts: ArtifactStore;
  /** Sends to everybody that the catalog names for the endpoint. */
  notify: (endpoint: string, notification: Notification, signal: AbortSignal) => Promise<void>;
  /** A directory for one run. It is removed after the run, or with the worktrees of the search. */
  workDirectory: (bisectId: string, key: string) => string;
  discardWorkDirectory: (directory: string) => Promise<void>;
  /** Names of this machine and of all machines (including this one) whose workers measure commits now. */
  host: string;
  measuringHosts: () => Promise<string[]>;
  /** Commits are measured one at a time on a machine, because two measurements would disturb each other. */
  oneAtATime: <T>(turn: { signal: AbortSignal; onWaiting: (inFront: number) => void }, work: () => Promise<T>) => Promise<T>;
}
