import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import {
  readAnalyze,
  readCreateIndex,
  readTerminate,
  type IndexOrder,
  type SessionIdentity,
  type TableOrder,
} from '../../core/database/sql/remedy-statement.js';
import { quoteIdentifier, quoteLiteral } from '../../core/database/sql/sql-text.js';
import type { Session } from '../databases/postgres/session.js';

export interface RemedyOptions {
  statement: string;
  /** Who asks for it (incident id); becomes the session's application name. */
  tag: string;
  signal: AbortSignal;
  onProgress?: (text: string) => void;
}

export interface AppliedOnDatabase {
  applied: boolean;
  detail: string;
  tookMs: number;
}

type Doing = (session: Session, options: RemedyOptions) => Promise<AppliedOnDatabase>;
type Done = Omit<AppliedOnDatabase, 'tookMs'>;

function timed(work: (session: Session, options: RemedyOptions) => Promise<Done>): Doing {
  return async (session, options) => {
    const started = performance.now();
    await session.run(
      `SELECT set_config('application_name', ${quoteLiteral(`perf-incident-responder ${options.tag}`.slice(0, 63))}, false)`,
    );
    const done = await work(session, options);
    return { ...done, tookMs: Math.round(performance.now() - started) };
  };
}

/** Longest wait for a lock on the table: others queue behind whoever waits. */
const lockTimeoutMs = 5000;
/** An old transaction anywhere in the database lets a concurrent build wait for its end. */
const oldTransactionMs = 60_000;
const pollMs = 500;

export const createIndexWith: Doing = timed(async (session, options) => {
  const order = await readCreateIndex(options.statement);
  const table = await findTable(session, order);
  if (table === null) return refused(`the table ${nameOf(order)} does not exist`);
  await waitForOwnBuild(session, order, table, options);
  const existing = await findIndex(session, order, table);
  if (existing?.valid === true) return { applied: true, detail: `the index ${order.name} on ${nameOf(order)} exists already and is valid` };
  const obstacle = await whyNotBuild(session, table);
  if (obstacle !== null) return refused(obstacle);
  await session.run('SET statement_timeout = 0');
  await session.run(`SET lock_timeout = ${lockTimeoutMs}`);
  if (existing !== null) await dropRemains(session, existing, options);
  return await build(session, order, table, options);
});

function refused(why: string): Done {
  return { applied: false, detail: `Nothing was done: ${why}.` };
}

function nameOf(order: TableOrder): string {
  return order.schema === null ? order.relation : `${order.schema}.${order.relation}`;
}

interface FoundTable {
  id: string;
  schema: string;
  kind: string;
}

async function findTable(session: Session, order: TableOrder): Promise<FoundTable | null> {
  const name =
    order.schema === null ? quoteIdentifier(order.relation) : `${quoteIdentifier(order.schema)}.${quoteIdentifier(order.relation)}`;
  const [row] = await session.query(
    `SELECT c.oid::text AS id, n.nspname AS schema, c.relkind::text AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`,
    z.object({ id: z.string(), schema: z.string(), kind: z.string() }),
    [name],
  );
  return row ?? null;
}

interface FoundIndex {
  schema: string;
  name: string;
  valid: boolean;
}

async function findIndex(session: Session, order: IndexOrder, table: FoundTable): Promise<FoundIndex | null> {
  const [row] = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name, i.indisvalid AND i.indisready AS valid
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE i.indrelid = $1::oid AND c.relname = $2`,
    z.object({ schema: z.string(), name: z.string(), valid: z.boolean() }),
    [table.id, order.name],
  );
  return row ?? null;
}

/** The server goes on building when a client is gone: a retry waits for the try before it instead of starting a second build. */
async function waitForOwnBuild(session: Session, order: IndexOrder, table: FoundTable, options: RemedyOptions): Promise<void> {
  for (;;) {
    options.signal.throwIfAborted();
    const [row] = await session.query(
      `SELECT p.pid, p.phase FROM pg_stat_progress_create_index p JOIN pg_class c ON c.oid = p.index_relid
       WHERE p.relid = $1::oid AND c.relname = $2 AND p.pid <> pg_backend_pid()`,
      z.object({ pid: z.number(), phase: z.string() }),
      [table.id, order.name],
    );
    if (row === undefined) return;
    options.onProgress?.(`${order.name} is being built by session ${row.pid} (${row.phase})`);
    await sleep(pollMs, undefined, { signal: options.signal });
  }
}

async function whyNotBuild(session: Session, table: FoundTable): Promise<string | null> {
  if (table.kind !== 'r') return 'only plain tables can get an index concurrently: on a partitioned table build it on every partition';
  const [row] = await session.query(
    `SELECT pg_is_in_recovery() AS "isReplica", EXISTS (SELECT FROM pg_index i WHERE i.indrelid = $1::oid) AND EXISTS (
              SELECT FROM pg_stat_progress_create_index WHERE relid = $1::oid) AS "isBuilding",
            (SELECT a.pid::text || ' (' || coalesce(nullif(a.application_name, ''), 'unnamed') || ')' FROM pg_stat_activity a
             WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_xmin IS NOT NULL AND a.backend_type = 'client backend'
               AND a.xact_start < clock_timestamp() - ${oldTransactionMs} * interval '1 ms' ORDER BY a.xact_start LIMIT 1) AS "oldTransaction"`,
    z.object({ isReplica: z.boolean(), isBuilding: z.boolean(), oldTransaction: z.string().nullable() }),
    [table.id],
  );
  if (row?.isReplica === true) return 'this server is a replica; build the index on its primary';
  if (row?.isBuilding === true) return 'another index is being built on this table';
  if (row?.oldTransaction !== null && row?.oldTransaction !== undefined) {
    return `session ${row.oldTransaction} has a transaction open for more than a minute, for whose end a concurrent build would wait`;
  }
  return null;
}

/** What an interrupted build leaves is no help to queries and a burden on writes. Only an invalid index of the very name is touched. */
async function dropRemains(session: Session, index: FoundIndex, options: RemedyOptions): Promise<void> {
  options.onProgress?.(`dropping the invalid remains of ${index.name}`);
  await session.run(`DROP INDEX CONCURRENTLY ${quoteIdentifier(index.schema)}.${quoteIdentifier(index.name)}`);
}

async function build(session: Session, order: IndexOrder, table: FoundTable, options: RemedyOptions): Promise<Done> {
  options.onProgress?.(`building ${order.name} on ${nameOf(order)}`);
  try {
    await session.run(options.statement);
  } catch (error) {
    options.signal.throwIfAborted();
    const remains = await findIndex(session, order, table);
    if (remains?.valid === false) await dropRemains(session, remains, options).catch(() => undefined);
    throw error;
  }
  const built = await findIndex(session, order, table);
  if (built?.valid !== true) return { applied: false, detail: `The server reported success, but the index ${order.name} is not valid.` };
  if (order.hasExpression) await session.run(`ANALYZE ${quoteIdentifier(table.schema)}.${quoteIdentifier(order.relation)}`);
  return { applied: true, detail: `built the index ${order.name} on ${table.schema}.${order.relation} concurrently; it is valid` };
}

export const analyzeTableWith: Doing = timed(async (session, options) => {
  const order = await readAnalyze(options.statement);
  const table = await findTable(session, order);
  if (table === null) return refused(`the table ${nameOf(order)} does not exist`);
  // Without this right the server only warns and skips the table.
  if (!(await mayAnalyze(session, table))) {
    return refused(`this role may not analyze ${nameOf(order)}: it needs the table's owner, or MAINTAIN on it from version 17`);
  }
  await session.run('SET statement_timeout = 0');
  await session.run(`SET lock_timeout = ${lockTimeoutMs}`);
  options.onProgress?.(`analyzing ${nameOf(order)}`);
  await session.run(`ANALYZE ${quoteIdentifier(table.schema)}.${quoteIdentifier(order.relation)}`);
  return { applied: true, detail: `analyzed ${table.schema}.${order.relation}` };
});

async function mayAnalyze(session: Session, table: FoundTable): Promise<boolean> {
  const maintain = session.major >= 17 ? " OR has_table_privilege(c.oid, 'MAINTAIN')" : '';
  const [row] = await session.query(
    `SELECT pg_has_role(c.relowner, 'USAGE') OR pg_has_role(d.datdba, 'USAGE')${maintain} AS may
     FROM pg_class c JOIN pg_database d ON d.datname = current_database() WHERE c.oid = $1::oid`,
    z.object({ may: z.boolean() }),
    [table.id],
  );
  return row?.may === true;
}

const sessionRow = z.object({
  isSame: z.boolean(),
  isStatement: z.boolean(),
  isClient: z.boolean(),
  blocked: z.number(),
});

/** Sessions that wait for a lock behind a session `a`. */
const blockedBehind = `(SELECT count(*)::int FROM pg_stat_activity w WHERE w.wait_event_type = 'Lock' AND a.pid = ANY(pg_blocking_pids(w.pid)))`;
const isSame = `a.backend_start = $2::timestamptz AND coalesce(a.application_name, '') = $4`;
const isClient = `a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()`;

/** One statement checks who it is and ends it: between a look and an act another session can get the process id. */
export const terminateBackendWith: Doing = timed(async (session, options) => {
  const identity = readTerminate(options.statement);
  const { pid, startedAt, statementStartedAt, applicationName } = identity;
  const values = [pid, startedAt, statementStartedAt, applicationName];
  const [ended] = await session.query(
    `SELECT victim.blocked, pg_terminate_backend(victim.pid) AS ok FROM (
       SELECT a.pid, ${blockedBehind} AS blocked FROM pg_stat_activity a
       WHERE a.pid = $1 AND a.datname = current_database() AND ${isClient} AND ${isSame} AND a.query_start = $3::timestamptz OFFSET 0) victim
     WHERE victim.blocked > 0`,
    z.object({ blocked: z.number(), ok: z.boolean() }),
    values,
  );
  if (ended === undefined) return await whyNotTerminated(session, pid, values);
  if (!ended.ok) return refused(`the server could not signal session ${pid}`);
  if (!(await isGone(session, identity, options.signal)))
    return { applied: false, detail: `session ${pid} was told to end and is still there after ${goneWithinMs / 1000} s` };
  return {
    applied: true,
    detail: `ended session ${pid} (${applicationName === '' ? 'unnamed' : applicationName}), which blocked ${ended.blocked} others`,
  };
});

/** Only to say it: nothing is done on what this finds. */
async function whyNotTerminated(session: Session, pid: number, values: unknown[]): Promise<Done> {
  const [found] = await session.query(
    `SELECT ${isSame} AS "isSame", coalesce(a.query_start = $3::timestamptz, false) AS "isStatement", ${isClient} AS "isClient", ${blockedBehind} AS blocked
     FROM pg_stat_activity a WHERE a.pid = $1 AND a.datname = current_database()`,
    sessionRow,
    values,
  );
  if (found === undefined) return { applied: true, detail: `session ${pid} is gone already` };
  if (!found.isSame) return refused(`the session that was approved is gone; ${pid} is another one now`);
  if (!found.isClient) return refused(`session ${pid} is no client session`);
  if (!found.isStatement) return refused(`session ${pid} has gone on to another statement`);
  return refused(`session ${pid} blocks nobody any more`);
}

const goneWithinMs = 5_000;
const goneAskMs = 100;

async function isGone(session: Session, { pid, startedAt }: SessionIdentity, signal: AbortSignal): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < goneWithinMs; waitedMs += goneAskMs) {
    const found = 'SELECT pid FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz';
    if ((await session.query(found, z.object({ pid: z.number() }), [pid, startedAt])).length === 0) return true;
    await sleep(goneAskMs, undefined, { signal });
  }
  return false;
}
