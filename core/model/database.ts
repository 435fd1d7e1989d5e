import type { MissingEvidence } from './observation.js';

/** What one statement cost over the window: difference of two snapshots of pg_stat_statements. Times are milliseconds. */
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
  /** Known from looks at running sessions only: numbers of calls and rows are not known (0), times are mean sessions × window. Absent = counted. */
  isSampled?: true;
  /** The counters restarted inside the window, so the numbers are lower bounds. */
  restarted: boolean;
}

/** Sessions of the service that had run nothing for long, counted at two looks: in the middle (`Mid`) and at the end (`End`) of the window. */
export interface IdleSessions {
  /** All sessions of the service at the end of the window. */
  sessionsEnd: number;
  idleMid: number;
  idleEnd: number;
  /** Idle at the end for two seconds at least, `idleEnd` included; and of these, those that had still run something in the window. */
  pausedEnd: number;
  pausedEndUsedBefore: number;
  inTransactionEnd: number;
}

/** Mean numbers of sessions over the activity samples. */
export interface ActivityObservation {
  ticks: number;
  windowMs: number;
  /** Mean active sessions, and by wait class (`CPU`, `IO`, `Lock`, `LWLock`, `Client`, …). */
  activeSessions: number;
  byWaitClass: { waitClass: string; waitEvent: string; sessions: number }[];
  byStatement: { queryId: string | null; text: string; sessions: number; waitClasses: { waitClass: string; sessions: number }[] }[];
  idleSessions: number;
  idleInTransactionSessions: number;
  idleInTransactionMaxMs: number;
  /** Sessions of all other clients, when the service's can be told apart: mean active ones, and by statement. */
  others?: { active: number; byStatement: { queryId: string | null; sessions: number }[] };
  /** Sessions of the observed service only (joined by client port or application name); null = could not be told. */
  service: {
    sessions: number;
    maxSessions: number;
    active: number;
    idle: number;
    idleInTransaction: number;
    waitingForLock: number;
    /** Sessions that had run nothing for a third of the window (and five seconds), without an open transaction or in one; see `core/database/idle-sessions.ts`. */
    longIdle: IdleSessions;
    /** Of `active`: over a Unix-domain socket, which no look at the TCP sockets sees. */
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
  /** Relation that is waited for, when the lock names one. */
  relation: string | null;
  lockMode: string | null;
  backendType: string | null;
  /** ISO 8601 with microseconds: when the session and its current (or last) statement began. Null where this role may not see it. */
  startedAt?: string | null;
  statementStartedAt?: string | null;
}

/** One root of a blocking tree, merged over the samples in which it stood. */
export interface BlockingTree {
  root: BlockingSession;
  /** Waiters behind it in the largest sample, nearest first. */
  waiters: BlockingSession[];
  /** Mean and largest number of sessions blocked behind this root; ticks in which it was seen. */
  blockedMean: number;
  blockedMax: number;
  ticksSeen: number;
  /** 0..1 of the samples with this root in which it sat idle in its transaction. */
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
  /** Server address as the service would see it, to join with its sockets. */
  peer: string;
  statements: StatementDelta[] | null;
  totalExecMs: number | null;
  activity: ActivityObservation | null;
  blocking: BlockingTree[];
  connections: ConnectionObservation | null;
  /** The server's own words when it refused the observer a connection because all slots were taken, at whatever moment; else absent. */
  slotsExhausted?: string;
  /** Differences of pg_stat_database over the window. `sessions` were begun in it, by all clients; absent before PostgreSQL 14 and in older evidence. */
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
  /** The planner's estimate, those below included; absent where the engine tells none. */
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
  /** Blocks of 8 kB that the whole plan read from temporary files and wrote to them; absent where it was run without counting them. */
  tempBlocks?: number;
  nodes: PlanNode[];
  dominant: { id: number; nodeType: string; relation: string | null; selfMs: number } | null;
  findings: PlanFinding[];
}

/** How a statement does with an index for values of one kind. */
export interface IndexTrial {
  /** Those of the plan; the most frequent; ones that hardly a row has; ones that no row has. */
  values: 'plan' | 'common' | 'rare' | 'absent';
  /** Rows of the table that match them, counted by executing the statement without the index; null = it was not executed. */
  matches: number | null;
  /** Measured without the index; null = it was not executed. */
  beforeMs: number | null;
  /** Rows that the index would lead through, one by one, until the LIMIT is full or the index ends; null where it leads to the matches alone, or their number is not known. */
  rowsThrough: number | null;
  /** Costs of the planner without and with the index as HypoPG imagines it; null = not simulated. */
  cost: { before: number; after: number } | null;
  /** Estimated, for nothing was built; null = nothing tells. */
  isSlower: boolean | null;
}

export interface IndexCandidate {
  schema: string;
  relation: string;
  columns: string[];
  method: string;
  /** Rows come in the order of the statement, so that its LIMIT ends the scan. Absent = no. */
  stopsEarly?: boolean;
  /** Complete `CREATE INDEX CONCURRENTLY …` statement. */
  statement: string;
  reason: string;
  /** With several kinds of values; absent = not tried. */
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

/** What the scan found about one statement of the window. */
export interface StatementScan {
  statement: StatementDelta;
  /** How the plan was got: `analyze` (executed, read only), `explain` (custom plan with typical values), `generic-plan`, `none`. */
  planSource: 'analyze' | 'explain' | 'generic-plan' | 'none';
  planNote: string | null;
  /** The plan is for values from the statistics: what joins and filters do with the service's own may differ. Absent = no. */
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
  /** Time with so much memory that nothing spilled, beside the time with the spill; null or absent when nothing spills or it could not be measured. */
  withoutSpill?: { workMemKb: number; executionMs: number; spilledMs: number } | null;
  /** Session waits while this statement ran, 0..1 by class. */
  waitShares: { waitClass: string; share: number }[];
}

export interface QueryScan {
  database: string;
  serverVersion: string;
  statements: StatementScan[];
  /** What ran while no load was offered: the traffic of others. Null or absent = not looked at. */
  quiet?: { windowMs: number; statements: { queryId: string; calls: number; rows: number }[] } | null;
  missing: MissingEvidence[];
}
