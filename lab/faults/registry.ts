import type { Fault } from '../fault.js';
import { capacity } from './capacity.js';
import { connectionLeak, idlePool, transactionLeak } from './connection-leak.js';
import { connectionLimit } from './connection-limit.js';
import { cpuStarved, noisyNeighbour } from './cpu-starved.js';
import { crypto } from './crypto.js';
import { ddlLock } from './ddl-lock.js';
import { eventLoopBlocked } from './event-loop-blocked.js';
import { fullServer } from './full-server.js';
import { gcPressure } from './gc-pressure.js';
import { healthy } from './healthy.js';
import { hotFunction } from './hot-function.js';
import { idleInTransaction } from './idle-in-transaction.js';
import { logging } from './logging.js';
import { missingIndex } from './missing-index.js';
import { nPlusOne } from './n-plus-one.js';
import { nonSargablePredicate } from './non-sargable-predicate.js';
import { poolExhausted } from './pool-exhausted.js';
import { profilerDenied } from './profiler-denied.js';
import { redHerring, redHerringHealthy } from './red-herring.js';
import { regexBacktracking } from './regex-backtracking.js';
import { retryAmplification, patientCalls } from './retry-amplification.js';
import { rowLock } from './row-lock.js';
import { rowVolume } from './row-volume.js';
import { serialization } from './serialization.js';
import { slowDependency } from './slow-dependency.js';
import { sortInMemory, sortSpill } from './sort-spill.js';
import { spillElsewhere } from './spill-elsewhere.js';
import { staleButHarmless } from './stale-but-harmless.js';
import { staleStatistics } from './stale-statistics.js';
import { threadPoolStarvation } from './thread-pool-starvation.js';
import { tooShort } from './too-short.js';

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
