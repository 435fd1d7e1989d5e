import type { Rule } from '../rule.js';
import { capacity } from './capacity.js';
import { connectionLeak } from './connection-leak.js';
import { connectionLimit } from './connection-limit.js';
import { cpuStarved } from './cpu-starved.js';
import { ddlLock } from './ddl-lock.js';
import { eventLoopBlocked } from './event-loop-blocked.js';
import { expensiveQuery } from './expensive-query.js';
import { gcPressure } from './gc-pressure.js';
import { hotFunction } from './hot-function.js';
import { idleInTransaction } from './idle-in-transaction.js';
import { insideWait } from './inside-wait.js';
import { missingIndex } from './missing-index.js';
import { nPlusOne } from './n-plus-one.js';
import { nonSargablePredicate } from './non-sargable-predicate.js';
import { poolExhausted } from './pool-exhausted.js';
import { poolerExhausted } from './pooler-exhausted.js';
import { retryAmplification } from './retry-amplification.js';
import { rowLock } from './row-lock.js';
import { rowVolume } from './row-volume.js';
import { slowDependency } from './slow-dependency.js';
import { sortSpill } from './sort-spill.js';
import { staleStatistics } from './stale-statistics.js';
import { categoryRules } from './work-categories.js';
import { threadPoolStarvation } from './thread-pool-starvation.js';

/** All rules. The order only decides the numbering of evidence; ranking is by share. */
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
  poolExhausted,
  poolerExhausted,
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
