import type { DatabaseObservation } from '../../model/database.js';
import type { PeerObservation } from '../../model/observation.js';

/** Requests that wait in a pooler for one of its connections to the database, in mean numbers. */
export interface PoolerQueue {
  name: string;
  database: string;
  /** Connections that it holds to the database. */
  connections: number;
  executing: number;
  /** In a transaction, between two statements: the pooler can give them to nobody else. */
  idleInTransaction: number;
  waiting: number;
}

/**
 * When this part of a pooler's connections is in use, the others wait for a connection and nothing else: there are too few, or they are held for too long.
 */
const full = 0.7;
/** Less than half a request on average is the error of the two counts that are subtracted. */
const leastWaiting = 0.5;

/**
 * The service's sockets show who waits at the pooler; the database shows how many of these it works for. The others wait in the pooler, but only if the
 * pooler's connections are in use; if not, they wait for something else (the network, an answer in pieces). Null when there is no such queue.
 */
export function poolerQueue(databases: readonly DatabaseObservation[], peers: readonly PeerObservation[]): PoolerQueue | null {
  const [peer] = peers.filter(({ pooler }) => pooler !== undefined).sort((a, b) => b.waiting - a.waiting);
  const database = databases.find(({ name }) => peer?.label === `database ${name}`);
  if (peer?.pooler === undefined || database?.activity == null) return null;
  const { activity } = database;
  const { name, connections } = peer.pooler;
  const direct = peers.filter(({ label, pooler }) => label === peer.label && pooler === undefined);
  const active = activity.service === null ? activity.activeSessions : activity.activeSessions + (activity.others?.active ?? 0);
  const executing = Math.min(connections, Math.max(0, active - direct.reduce((sum, { waiting }) => sum + waiting, 0)));
  const idleInTransaction = Math.min(connections - executing, activity.idleInTransactionSessions);
  const waiting = peer.waiting - executing;
  if (connections < 1 || executing + idleInTransaction < full * connections || waiting < leastWaiting) return null;
  return { name, database: database.name, connections, executing, idleInTransaction, waiting };
}

/** Do the queued requests wait for work of the database, rather than for what the service does between two statements? */
export function isForDatabase({ connections, executing }: PoolerQueue): boolean {
  return executing >= full * connections;
}
