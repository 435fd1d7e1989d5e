import type { Check } from './check.js';
import { health } from './service/health.js';
import { alive } from './service/alive.js';
import { descriptors } from './service/descriptors.js';
import { memory as serviceMemory } from './service/memory.js';
import { version } from './service/version.js';
import { metrics } from './service/metrics.js';
import { errors } from './logs/errors.js';
import { reachable as postgresReachable } from './postgres/reachable.js';
import { connections as postgresConnections } from './postgres/connections.js';
import { longStatements as postgresLongStatements } from './postgres/long-statements.js';
import { blocking } from './postgres/blocking.js';
import { replication } from './postgres/replication.js';
import { size } from './postgres/size.js';
import { wraparound } from './postgres/wraparound.js';
import { reachable as mysqlReachable } from './mysql/reachable.js';
import { connections as mysqlConnections } from './mysql/connections.js';
import { longStatements as mysqlLongStatements } from './mysql/long-statements.js';
import { lockWaits } from './mysql/lock-waits.js';
import { replica } from './mysql/replica.js';
import { ping } from './redis/ping.js';
import { memory as redisMemory } from './redis/memory.js';
import { clients } from './redis/clients.js';
import { slowlog } from './redis/slowlog.js';
import { hitRatio } from './redis/hit-ratio.js';
import { keyspace } from './redis/keyspace.js';
import { persistence } from './redis/persistence.js';
import { dns } from './network/dns.js';
import { tcp } from './network/tcp.js';
import { tls } from './network/tls.js';
import { dependencies } from './network/dependencies.js';
import { disk } from './host/disk.js';
import { load } from './host/load.js';
import { memory as hostMemory } from './host/memory.js';
import { clock } from './host/clock.js';
import { cgroup } from './host/cgroup.js';

/** Every check, in the order in which they are shown. */
export const checks: readonly Check[] = [
  health,
  alive,
  descriptors,
  serviceMemory,
  version,
  metrics,
  errors,
  postgresReachable,
  postgresConnections,
  postgresLongStatements,
  blocking,
  replication,
  size,
  wraparound,
  mysqlReachable,
  mysqlConnections,
  mysqlLongStatements,
  lockWaits,
  replica,
  ping,
  redisMemory,
  clients,
  slowlog,
  hitRatio,
  keyspace,
  persistence,
  dns,
  tcp,
  tls,
  dependencies,
  disk,
  load,
  hostMemory,
  clock,
  cgroup,
];
