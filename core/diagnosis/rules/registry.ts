import type { Rule } from '../rule.js';
import { capacity } from './capacity.js';
import { connectionLeak } from './connections/connection-leak.js';
import { connectionLimit } from './connections/connection-limit.js';
import { connectionPerRequest } from './connections/connection-per-request.js';
import { cpuStarved } from './process/cpu-starved.js';
import { ddlLock } from './database/ddl-lock.js';
import { eventLoopBlocked } from './process/event-loop-blocked.js';
import { expensiveQuery } from './database/expensive-query.js';
import { gcPressure } from './process/gc-pressure.js';
import { hotFunction } from './process/hot-function.js';
import { idleInTransaction } from './database/idle-in-transaction.js';
import { insideWait } from './inside-wait.js';
import { missingIndex } from './database/missing-index.js';
import { nPlusOne } from './database/n-plus-one.js';
import { nonSargablePredicate } from './database/non-sargable-predicate.js';
import { poolExhausted } from './connections/pool-exhausted.js';
import { poolerWait } from './connections/pooler-wait.js';
import { retryAmplification } from './retry-amplification.js';
import { rowLock } from './database/row-lock.js';
import { rowVolume } from './database/row-volume.js';
import { slowDependency } from './slow-dependency.js';
import { sortSpill } from './database/sort-spill.js';
import { staleStatistics } from './database/stale-statistics.js';
import { categoryRules } from './process/work-categories.js';
import { threadPoolStarvation } from './process/thread-pool-starvation.js';

/** All rules. Their order only decides how evidence is numbered; ranking is by share. */
export const rules: readonly Rule[] = [
  missingIndex,
  nonSargablePredicate,
  staleStatistics,
  sortSpill,
  rowVolume,
  nPlusOne,
  rowLock,
  idleInTransaction,
  ddlLock,
  connectionLimit,
  connectionLeak,
  connectionPerRequest,
  poolExhausted,
  poolerWait,
  slowDependency,
  retryAmplification,
  eventLoopBlocked,
  gcPressure,
  ...categoryRules,
  hotFunction,
  threadPoolStarvation,
  cpuStarved,
  capacity,
  expensiveQuery,
  insideWait,
];
