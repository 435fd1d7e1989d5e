import type { DatabaseObservation, IdleSessions, StatementDelta, StatementScan } from '../../../core/model/database.js';
import type { DiagnosisInput } from '../../../core/diagnosis/input.js';
import { documentReader, filled, type ReadDocument } from '../../../core/evidence/document.js';
import { databasesDocument } from '../../../core/evidence/kinds/databases.js';
import { profileDocument, traceDocument } from '../../../core/evidence/kinds/profile.js';
import { scanDocument } from '../../../core/evidence/kinds/query-scan.js';
import { serviceDocument } from '../../../core/evidence/kinds/service.js';
import type { PeerObservation, ProcessObservation, ThreadObservation, WireObservation } from '../../../core/model/observation.js';
import type { Frame, ProfileCategory, ProfileSummary } from '../../../core/model/profile.js';

const windowMs = 30_000;

/** 20 requests in flight at 50/s with a mean of 400 ms, over a Node service that is idle unless the test says otherwise. */
export function captures(overrides: Partial<DiagnosisInput> = {}): DiagnosisInput {
  const fields: Omit<DiagnosisInput, 'read'> = {
    route: 'GET /reports/:id',
    budgets: { p95Ms: 250 },
    plan: {
      executor: 'constant-vus',
      vus: 20,
      rate: null,
      durationMs: windowMs,
      rampUpMs: 0,
      warmUpMs: 0,
      maxVus: null,
      script: null,
      stopAtErrorRatio: null,
    },
    load: {
      format: 'handle-summary',
      k6Version: '1.1.0',
      exitCode: 99,
      durationMs: windowMs,
      requests: 1500,
      requestRate: 50,
      iterations: 1500,
      failedRatio: 0,
      droppedIterations: 0,
      latencyMs: { p50: 390, p95: 600, p99: 700, mean: 400, max: 900 },
      timingMs: null,
      thresholds: [],
      subWindows: [],
      generator: null,
      errors: {},
    },
    loadArtifact: 'summary.json',
    confirmation: {
      verdict: 'confirmed',
      reasons: [],
      observed: { p50Ms: 390, p95Ms: 600, p99Ms: 700, meanMs: 400, errorRatio: 0, requestRate: 50 },
      budget: { p95Ms: 250 },
      requests: 1500,
      requestRate: 50,
      broken: ['p95'],
    },
    profile: null,
    trace: null,
    service: { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({}), missing: [] },
    databases: [],
    scans: null,
    missing: [],
    ...overrides,
  };
  return { read: readerOf(fields), ...fields };
}

/** The documents that the captures would have left. */
function readerOf({ profile, trace, service, databases, scans }: Omit<DiagnosisInput, 'read'>): ReadDocument {
  const documents = [
    filled(serviceDocument, service ?? { process: null, wire: null, missing: [] }),
    filled(databasesDocument, databases),
    ...(profile === null ? [] : [filled(profileDocument, profile)]),
    ...(trace === null ? [] : [filled(traceDocument, trace)]),
    ...(scans === null ? [] : [filled(scanDocument, scans)]),
  ];
  return documentReader(new Map(documents.map(({ name, value }) => [name, value])), 'test');
}

export function nodeProcess({
  mainCores,
  helperCores = 0,
  runDelayCores = 0,
}: {
  mainCores: number;
  helperCores?: number;
  runDelayCores?: number;
}): ProcessObservation {
  const thread = (tid: number, isMain: boolean, cores: number, delay: number): ThreadObservation => ({
    tid,
    name: isMain ? 'node' : 'worker',
    isMain,
    cpuMs: cores * windowMs,
    runDelayMs: delay * windowMs,
  });
  return {
    pid: 100,
    pids: [100],
    executable: 'node',
    runtime: 'node',
    windowMs,
    usableCores: 2,
    cpuMs: (mainCores + helperCores) * windowMs,
    userMs: mainCores * windowMs,
    systemMs: 0,
    threads: [thread(100, true, mainCores, runDelayCores), thread(101, false, helperCores, 0)],
    runDelayMs: runDelayCores * windowMs,
    throttledMs: 0,
    diskWaitThreads: 0,
    readBytes: 0,
    writeBytes: 0,
    majorFaults: 0,
    rssStartBytes: 1e8,
    rssEndBytes: 1e8,
    swapBytes: 0,
    openFiles: 40,
    host: { cores: 2, cpuRatio: 0.5, stealRatio: 0, loadAverage: 1, memoryAvailableRatio: 0.8, swapInBytes: 0 },
  };
}

export function sockets({
  unread = 0,
  peers = [],
  inside = 0,
}: {
  unread?: number;
  peers?: PeerObservation[];
  inside?: number;
}): WireObservation {
  const waiting = peers.reduce((sum, peer) => sum + peer.waiting, 0);
  return {
    samples: 150,
    windowMs,
    inbound: { connections: 20, unread, served: waiting + inside, acceptQueue: 0, acceptQueueMax: 0 },
    peers,
    waitingInside: inside,
    multiplexed: false,
    limits: [],
  };
}

export function peer(kind: PeerObservation['kind'], waiting: number, connections = 10): PeerObservation {
  const port = kind === 'database' ? 5432 : 9000;
  return { peer: `127.0.0.1:${port}`, label: kind, kind, connections, waiting, waitingMax: Math.ceil(waiting), connecting: 0 };
}

export function database(options: {
  active?: number;
  sessions?: number;
  idleInTransaction?: number;
  longIdle?: IdleSessions;
  waits?: Record<string, number>;
  statements?: StatementDelta[];
  blocking?: DatabaseObservation['blocking'];
}): DatabaseObservation {
  const { active = 0, sessions = 10, idleInTransaction = 0, waits = { CPU: active } } = options;
  return {
    name: 'main',
    kind: 'postgres',
    serverVersion: '18.0',
    peer: '127.0.0.1:5432',
    statements: options.statements ?? [],
    totalExecMs: active * windowMs,
    activity: {
      ticks: 90,
      windowMs,
      activeSessions: active,
      byWaitClass: Object.entries(waits).map(([waitClass, count]) => ({ waitClass, waitEvent: waitClass, sessions: count })),
      byStatement: [],
      idleSessions: sessions - active,
      idleInTransactionSessions: idleInTransaction,
      idleInTransactionMaxMs: 0,
      service: {
        sessions,
        maxSessions: sessions,
        active,
        idle: sessions - active - idleInTransaction,
        idleInTransaction,
        waitingForLock: waits['Lock'] ?? 0,
        longIdle: options.longIdle ?? {
          sessionsEnd: sessions,
          idleMid: 0,
          idleEnd: 0,
          pausedEnd: 0,
          pausedEndUsedBefore: 0,
          inTransactionEnd: 0,
        },
      },
    },
    blocking: options.blocking ?? [],
    connections: null,
    counters: null,
    missing: [],
  };
}

export function statement(overrides: Partial<StatementDelta> = {}): StatementDelta {
  return {
    queryId: '77',
    text: 'select * from visits where device_id = $1',
    calls: 1500,
    totalExecMs: 290_000,
    meanExecMs: 190,
    timeShare: 0.95,
    rows: 3000,
    rowsPerCall: 2,
    sharedHitBlocks: 0,
    sharedReadBlocks: 0,
    tempBlocks: 0,
    walBytes: 0,
    restarted: false,
    ...overrides,
  };
}

/** An executed plan of one sequential scan over `visits`. */
export function scanOf(
  delta: StatementDelta,
  overrides: { rowsRemoved?: number; rows?: number; spilledKb?: number } & Partial<StatementScan> = {},
): StatementScan {
  const { rowsRemoved = 200_000, rows = 2, spilledKb = 0, ...rest } = overrides;
  return {
    statement: delta,
    planSource: 'analyze',
    planNote: null,
    plan: {
      format: 'postgres-json',
      analyzed: true,
      executionMs: 40,
      planningMs: 0.1,
      nodes: [
        {
          id: 1,
          parentId: null,
          nodeType: 'Seq Scan',
          relation: 'visits',
          alias: null,
          index: null,
          selfMs: 40,
          inclusiveMs: 40,
          loops: 1,
          rows,
          rowsEstimated: 2,
          rowsRemovedByFilter: rowsRemoved,
          condition: null,
          filter: '(device_id = 5)',
          sortMethod: null,
          spilledKb,
          sharedHitBlocks: 0,
          sharedReadBlocks: 0,
        },
      ],
      dominant: { id: 1, nodeType: 'Seq Scan', relation: 'visits', selfMs: 40 },
      findings: [],
    },
    rawPlan: null,
    tables: [
      {
        schema: 'public',
        relation: 'visits',
        estimatedRows: 200_000,
        sizeBytes: 1e7,
        deadRows: 0,
        modifiedSinceAnalyze: 0,
        lastAnalyzedAt: '2026-01-01T00:00:00Z',
        indexes: [],
      },
    ],
    candidates: [
      {
        schema: 'public',
        relation: 'visits',
        columns: ['device_id'],
        method: 'btree',
        statement: 'CREATE INDEX CONCURRENTLY "visits_device_id_idx" ON "public"."visits" ("device_id")',
        reason: 'equality',
        estimate: null,
        estimatedSizeBytes: null,
      },
    ],
    nonSargable: [],
    waitShares: [{ waitClass: 'CPU', share: 1 }],
    ...rest,
  };
}

export function cpuProfileOf(
  shares: { category: ProfileCategory; share: number; callers?: { frame: Frame; share: number }[] }[],
  overrides: Partial<ProfileSummary> = {},
): ProfileSummary {
  return {
    format: 'cpuprofile',
    kind: 'cpu',
    unit: 'microseconds',
    total: 1e6,
    samples: 5000,
    idleShare: 0.05,
    durationMs: windowMs,
    quality: { verdict: 'good', checks: [] },
    leaves: [],
    categories: shares.map((entry) => ({ callers: [], ...entry })),
    leaders: [],
    ...overrides,
  };
}

export function appFrame(name: string): Frame {
  return { name, module: `/srv/app/${name}.js`, line: 12 };
}
