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
import { runLong, type BuildLimits, type Ended } from './postgres-build.js';
import { whyNotBuild } from './postgres-index-checks.js';

export interface RemedyOptions {
  statement: string;
  /** Who asks for it (incident id); becomes the session's application name. */
  tag: string;
  signal: AbortSignal;
  onProgress?: (text: string) => void;
  /** Of a build or a drop; the product's own when absent. */
  limits?: BuildLimits;
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

/** ANALYZE holds a lock that schema changes queue behind; builds have limits of their own. */
const analyzeLockTimeoutMs = 5000;
const pollMs = 500;
/** One try of the remedy may take two hours; the rest of it is for what is looked at before and cleaned up afterwards. */
const defaultLimits: BuildLimits = { deadlineMs: 90 * 60_000, waitMs: 10 * 60_000 };

type WithWatcher = (worker: Session, watcher: Session, options: RemedyOptions) => Promise<AppliedOnDatabase>;

export const createIndexWith: WithWatcher = async (worker, watcher, options) =>
  await timed(async () => {
    const order = await readCreateIndex(options.statement);
    const table = await findTable(watcher, order);
    if (table === null) return refused(`the table ${nameOf(order)} does not exist`);
    await waitForOwnBuild(watcher, order, table, options);
    const existing = await findIndex(watcher, order, table);
    if (existing?.valid === true)
      return { applied: true, detail: `the index ${order.name} on ${nameOf(order)} exists already and is valid` };
    const limits = options.limits ?? defaultLimits;
    const obstacle = await whyNotBuild(watcher, table, limits);
    if (obstacle !== null) return refused(obstacle);
    if (existing !== null) {
      const dropped = await dropIndex({ worker, watcher, options, index: existing });
      if (!dropped.ok) return refused(`the invalid remains of ${order.name} could not be dropped: ${dropped.why}`);
    }
    return await build(worker, watcher, order, table, options);
  })(worker, options);

/** Takes back what `createIndex` did: the index of that name on that table, whether whole or left invalid. */
export const dropCreatedIndexWith: WithWatcher = async (worker, watcher, options) =>
  await timed(async () => {
    const order = await readCreateIndex(options.statement);
    const table = await findTable(watcher, order);
    const index = table === null ? null : await findIndex(watcher, order, table);
    if (index === null) return { applied: true, detail: `the index ${order.name} on ${nameOf(order)} is not there` };
    const dropped = await dropIndex({ worker, watcher, options, index });
    return dropped.ok ? { applied: true, detail: `dropped the index ${order.name} on ${nameOf(order)}` } : refused(dropped.why);
  })(worker, options);

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

export interface FoundIndex {
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

interface DropOrder {
  worker: Session;
  watcher: Session;
  options: RemedyOptions;
  index: FoundIndex;
}

/** What an interrupted build leaves is no help to queries and a burden on writes. */
async function dropIndex({ worker, watcher, options, index }: DropOrder): Promise<Ended> {
  const name = `${quoteIdentifier(index.schema)}.${quoteIdentifier(index.name)}`;
  return await runLong({
    ...{ worker, watcher, statement: `DROP INDEX CONCURRENTLY IF EXISTS ${name}`, signal: options.signal },
    onProgress: (text) => options.onProgress?.(`dropping ${index.name}: ${text}`),
    limits: options.limits ?? defaultLimits,
  });
}

/** A cancelled build has this long to remove what it left; after that the next try, or an undo, removes it. */
const cleanUpLimits: BuildLimits = { deadlineMs: 60_000, waitMs: 30_000 };

async function build(worker: Session, watcher: Session, order: IndexOrder, table: FoundTable, options: RemedyOptions): Promise<Done> {
  const ended = await runLong({
    ...{ worker, watcher, statement: options.statement, signal: options.signal, limits: options.limits ?? defaultLimits },
    onProgress: (text) => options.onProgress?.(`building ${order.name} on ${nameOf(order)}: ${text}`),
  });
  const built = await findIndex(watcher, order, table);
  if (!ended.ok) {
    const { signal } = new AbortController();
    const dropped =
      built?.valid === false
        ? await dropIndex({ worker, watcher, options: { ...options, signal, limits: cleanUpLimits }, index: built })
        : null;
    options.signal.throwIfAborted();
    const left =
      dropped?.ok === false
        ? ` Its invalid remains are still there (${dropped.why}): DROP INDEX CONCURRENTLY ${order.name}, or try again.`
        : '';
    return { applied: false, detail: `The index was not built: ${ended.why}.${left}` };
  }
  if (built?.valid !== true) return { applied: false, detail: `The server reported success, but the index ${order.name} is not valid.` };
  if (order.hasExpression) await worker.run(`ANALYZE ${quoteIdentifier(table.schema)}.${quoteIdentifier(order.relation)}`);
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
  await session.run(`SET lock_timeout = ${analyzeLockTimeoutMs}`);
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
