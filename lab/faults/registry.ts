import type { Fault } from '../fault.js';
import { capacity } from './controls/capacity.js';
import { connectionLeak, idlePool, transactionLeak } from './surroundings/connection-leak.js';
import { connectionLimit } from './surroundings/connection-limit.js';
import { cpuStarved, noisyNeighbour } from './surroundings/cpu-starved.js';
import { crypto } from './code/crypto.js';
import { ddlLock } from './database/ddl-lock.js';
import { eventLoopBlocked } from './code/event-loop-blocked.js';
import { fullServer } from './controls/full-server.js';
import { gcPressure } from './code/gc-pressure.js';
import { healthy } from './controls/healthy.js';
import { hotFunction } from './code/hot-function.js';
import { idleInTransaction } from './database/idle-in-transaction.js';
import { logging } from './code/logging.js';
import { missingIndex } from './database/missing-index.js';
import { nPlusOne } from './database/n-plus-one.js';
import { nonSargablePredicate } from './database/non-sargable-predicate.js';
import { poolExhausted } from './surroundings/pool-exhausted.js';
import { profilerDenied } from './controls/profiler-denied.js';
import { redHerring, redHerringHealthy } from './controls/red-herring.js';
import { regexBacktracking } from './code/regex-backtracking.js';
import { retryAmplification, patientCalls } from './surroundings/retry-amplification.js';
import { rowLock } from './database/row-lock.js';
import { rowVolume } from './database/row-volume.js';
import { serialization } from './code/serialization.js';
import { slowDependency } from './surroundings/slow-dependency.js';
import { sortInMemory, sortSpill } from './database/sort-spill.js';
import { spillElsewhere } from './controls/spill-elsewhere.js';
import { staleButHarmless } from './controls/stale-but-harmless.js';
import { staleStatistics } from './database/stale-statistics.js';
import { threadPoolStarvation } from './code/thread-pool-starvation.js';
import { tooShort } from './controls/too-short.js';

/** Faults first, then controls, in the order in which the lab runs them. */
export const faults: Fault[] = [
  missingIndex,
  nonSargablePredicate,
  nPlusOne,
  rowLock,
  idleInTransaction,
  poolExhausted,
  rowVolume,
  hotFunction,
  regexBacktracking,
  serialization,
  gcPressure,
  eventLoopBlocked,
  slowDependency,
  crypto,
  logging,
  ddlLock,
  threadPoolStarvation,
  staleStatistics,
  sortSpill,
  connectionLimit,
  connectionLeak,
  transactionLeak,
  retryAmplification,
  cpuStarved,
  healthy,
  tooShort,
  capacity,
  redHerring,
  redHerringHealthy,
  profilerDenied,
  staleButHarmless,
  spillElsewhere,
  fullServer,
  patientCalls,
  sortInMemory,
  noisyNeighbour,
  idlePool,
];
