import type { MissingEvidence } from './observation.js';

/** What one statement cost in the window: the difference of two snapshots of pg_stat_statements. Times are milliseconds. */
export interface StatementDelta {
  queryId: string;
  /** Normalised text as the server keeps it, at most 10 000 characters. */
  text: string;
  calls: number;
  totalExecMs: number;
  meanExecMs: number;
  /** 0..1 of the execution time of all statements in the window. */
  timeShare: number;
  rows: number;
  rowsPerCall: number;
  sharedHitBlocks: number;
  sharedReadBlocks: number;
  tempBlocks: number;
  walBytes: number;
  /** Known only from samples of running sessions: calls and rows are unknown (0), and times are mean sessions × window. Absent = counted. */
  isSampled?: true;
  /** The counters were reset inside the window, so the numbers are lower bounds. */
  restarted: boolean;
}

/** Sessions of the service that had run nothing for long, counted in the middle (`Mid`) and at the end (`End`) of the window. */
export interface IdleSessions {
  /** All sessions of the service at the end of the window. */
  sessionsEnd: number;
  idleMid: number;
  idleEnd: number;
  /** Idle for at least two seconds at the end, including those of `idleEnd`; and the part of these that had run something earlier in the window. */
  pausedEnd: number;
  pausedEndUsedBefore: number;
  inTransactionEnd: number;
}

/** Mean numbers of sessions over the activity samples. */
export interface ActivityObservation {
  ticks: number;
  windowMs: number;
  /** Mean number of active sessions, in all and by wait class (`CPU`, `IO`, `Lock`, `LWLock`, `Client`, …). */
  activeSessions: number;
  byWaitClass: { waitClass: string; waitEvent: string; sessions: number }[];
  byStatement: { queryId: string | null; text: string; sessions: number; waitClasses: { waitClass: string; sessions: number }[] }[];
  idleSessions: number;
  idleInTransactionSessions: number;
  idleInTransactionMaxMs: number;
  /** Sessions of all other clients, if they can be told apart from the service's: mean number of active ones, and by statement. */
  others?: { active: number; byStatement: { queryId: string | null; sessions: number }[] };
  /** Sessions of the observed service only, matched by client port or application name; null = could not be told. */
  service: {
    sessions: number;
    maxSessions: number;
    active: number;
    idle: number;
    idleInTransaction: number;
    waitingForLock: number;
    /** Sessions that had run nothing for a third of the window (and five seconds), without an open transaction or in one; see `core/database/idle-sessions.ts`. */
    longIdle: IdleSessions;
    /** Part of `active` that uses a Unix-domain socket, which the TCP sockets do not show. */
    activeLocally?: number;
  } | null;
}

export interface BlockingSession {
  pid: number;
  level: number;
  state: string | null;
  wait: string | null;
  /** Without literals. */
  query: string;
  applicationName: string | null;
  transactionAgeMs: number | null;
  stateAgeMs: number | null;
  waitingFor: string | null;
  /** The relation that the session waits for, if the lock names one. */
  relation: string | null;
  lockMode: string | null;
  backendType: string | null;
  /** ISO 8601 with microseconds: when the session and its current (or last) statement began. Null if this role may not see it. */
  startedAt?: string | null;
  statementStartedAt?: string | null;
}

/** One root of a blocking tree, merged over the samples that show it. */
export interface BlockingTree {
  root: BlockingSession;
  /** The sessions that wait behind it in the largest sample, nearest first. */
  waiters: BlockingSession[];
  /** Mean and largest number of sessions blocked behind this root; ticks in which it was seen. */
  blockedMean: number;
  blockedMax: number;
  ticksSeen: number;
  /** 0..1 of the samples with this root in which it was idle in its transaction. */
  rootIdleShare?: number;
}

export interface ConnectionObservation {
  maxConnections: number;
  reserved: number;
  usedMean: number;
  usedMax: number;
  /** Sessions of the service at the start and the end of the window. */
  serviceStart: number | null;
  serviceEnd: number | null;
}

/** What the database saw during the load window. */
export interface DatabaseObservation {
  name: string;
  /** Kind of the engine, as the catalog names it. */
  kind: string;
  serverVersion: string;
  /** Server address as the service sees it, to match it with its sockets. */
  peer: string;
  statements: StatementDelta[] | null;
  totalExecMs: number | null;
  activity: ActivityObservation | null;
  blocking: BlockingTree[];
  connections: ConnectionObservation | null;
  /** The server's own words if, at any moment, it refused the observer a connection because all slots were taken; otherwise absent. */
  slotsExhausted?: string;
  /**
   * Differences of pg_stat_database over the window. `sessions` counts those that all clients began in it; absent before PostgreSQL 14 and in older
   * evidence.
   */
  counters: {
    blocksHit: number;
    blocksRead: number;
    tempBytes: number;
    deadlocks: number;
    commits: number;
    rollbacks: number;
    sessions?: number | undefined;
  } | null;
  missing: MissingEvidence[];
}

export interface PlanNode {
  id: number;
  parentId: number | null;
  nodeType: string;
  relation: string | null;
  alias: string | null;
  index: string | null;
  /** Wall-clock self and inclusive time over all loops. */
  selfMs: number;
  inclusiveMs: number;
  loops: number;
  /** Per loop. */
  rows: number;
  rowsEstimated: number;
  rowsRemovedByFilter: number;
  /** Rows of this scan, per loop, for which the join above found no partner; absent where no join stands directly above. */
  rowsUnmatched?: number;
  condition: string | null;
  filter: string | null;
  sortMethod: string | null;
  spilledKb: number;
  sharedHitBlocks: number;
  sharedReadBlocks: number;
  /** The planner's estimate, including the nodes below; absent when the engine gives none. */
  totalCost?: number;
}

export interface PlanFinding {
  id: string;
  node: number;
  text: string;
}

/** `analyze plan --json`. `analyzed` is false for a plan without execution (estimates only, times 0). */
export interface QueryPlan {
  /** Id of the plan format, with the engine first: `postgres-json`, `mysql-tree` … */
  format: string;
  analyzed: boolean;
  executionMs: number | null;
  planningMs: number | null;
  /** Blocks of 8 kB that the whole plan read from and wrote to temporary files; absent when the plan was run without counting them. */
  tempBlocks?: number;
  nodes: PlanNode[];
  dominant: { id: number; nodeType: string; relation: string | null; selfMs: number } | null;
  findings: PlanFinding[];
}

/** How a statement performs with an index for one kind of values. */
export interface IndexTrial {
  /** The values of the plan; the most frequent ones; ones that hardly any row has; ones that no row has. */
  values: 'plan' | 'common' | 'rare' | 'absent';
  /** Matching rows of the table, counted by executing the statement without the index; null = it was not executed. */
  matches: number | null;
  /** Measured without the index; null = it was not executed. */
  beforeMs: number | null;
  /**
   * Rows that the index leads through one by one until the LIMIT is full or the index ends. Null when it leads only to matches, or their number is unknown.
   */
  rowsThrough: number | null;
  /** Costs of the planner without and with the index as HypoPG imagines it; null = not simulated. */
  cost: { before: number; after: number } | null;
  /** An estimate, because nothing was built; null = nothing tells. */
  isSlower: boolean | null;
}

export interface IndexCandidate {
  schema: string;
  relation: string;
  columns: string[];
  method: string;
  /** The index gives the rows in the order of the statement, so that its LIMIT ends the scan. Absent = no. */
  stopsEarly?: boolean;
  /** Complete `CREATE INDEX CONCURRENTLY …` statement. */
  statement: string;
  reason: string;
  /** Trials with several kinds of values; absent = not tried. */
  tried?: IndexTrial[];
  /** Estimated plan cost before and after a hypothetical index; null = not simulated. */
  estimate: { costBefore: number; costAfter: number } | null;
  estimatedSizeBytes: number | null;
}

export interface TableFacts {
  schema: string;
  relation: string;
  /** Number of parts of a partitioned table; absent for every other. */
  partitions?: number;
  estimatedRows: number;
  sizeBytes: number;
  deadRows: number;
  modifiedSinceAnalyze: number;
  lastAnalyzedAt: string | null;
  indexes: { name: string; columns: string[]; definition: string; valid: boolean }[];
}

/** What the scan found out about one statement of the window. */
export interface StatementScan {
  statement: StatementDelta;
  /** How the plan was obtained: `analyze` (executed, read only), `explain` (custom plan with typical values), `generic-plan`, `none`. */
  planSource: 'analyze' | 'explain' | 'generic-plan' | 'none';
  planNote: string | null;
  /** The plan uses values from the statistics. What its joins and filters do with the service's own values may differ. Absent = no. */
  valuesGuessed?: boolean;
  plan: QueryPlan | null;
  /** Plan artifact (raw JSON text) to be stored; dropped before it enters a workflow. */
  rawPlan: string | null;
  tables: TableFacts[];
  candidates: IndexCandidate[];
  /** Why a filter cannot use an index that exists (`function-on-column`, `cast-on-column`, `leading-wildcard`…), with the predicate. */
  nonSargable: {
    kind: string;
    predicate: string;
    relation: string;
    column: string;
    rewrite: string | null;
    indexStatement: string | null;
  }[];
  /**
   * Execution time with enough memory that nothing spilled, beside the time with the spill. Null or absent when nothing spills, or when it could not be
   * measured.
   */
  withoutSpill?: { workMemKb: number; executionMs: number; spilledMs: number } | null;
  /** Session waits while this statement ran, 0..1 by class. */
  waitShares: { waitClass: string; share: number }[];
}

export interface QueryScan {
  database: string;
  serverVersion: string;
  statements: StatementScan[];
  /** What ran while no load was offered: other traffic. Null or absent = not observed. */
  quiet?: { windowMs: number; statements: { queryId: string; calls: number; rows: number }[] } | null;
  missing: MissingEvidence[];
}
