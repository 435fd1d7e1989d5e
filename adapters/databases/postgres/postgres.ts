import { lookup } from 'node:dns/promises';
import pg from 'pg';
import { z } from 'zod';
import { asOwnStatement, responderName } from '../../../core/database/sql/own-statement.js';
import type { DatabaseObservation, QueryScan } from '../../../core/model/database.js';
import { EvidenceUnavailableError, ProgramFailedError, RefusedError } from '../../../core/model/errors.js';
import { connectionProblem, maybeThereLater, superuserProblem, superuserRefused } from './connection-problem.js';
import { observeWith, type ObserveOptions } from './observe.js';
import { besideQuiet } from './quiet.js';
import {
  createIndexWith,
  dropCreatedIndexWith,
  analyzeTableWith,
  terminateBackendWith,
  type AppliedOnDatabase,
  type RemedyOptions,
} from '../../remedies/postgres-remedies.js';
import { scanWith, type ScanOptions } from './scan.js';
import { seenTextsOf } from './seen-texts.js';
import type { Session } from './session.js';
import { totalExecutionMsWith } from './total.js';

/** Where to look. `mayBeSuperuser` false refuses a role that may do anything; absent, as in development, it may be one. */
interface Place {
  url: string;
  mayBeSuperuser?: boolean;
}

function placeOf({ mayBeSuperuser }: Place): { mayBeSuperuser?: boolean } {
  return mayBeSuperuser === undefined ? {} : { mayBeSuperuser };
}

/**
 * Watches one database through a load window: statement statistics before and after, sessions and their waits in between. Never resets or
 * creates anything; one connection, opened at once and kept. What cannot be had is a row of `missing`, a lost connection included. Rejects
 * only with the reason of `signal`.
 */
export async function observeDatabase(options: ObserveOptions & Place): Promise<DatabaseObservation> {
  return await observeWith((signal) => openSession(options.url, { ...placeOf(options), signal, statementTimeoutMs: 5000, lockTimeoutMs }), {
    ...options,
    seen: seenTextsOf(options.url),
  });
}

/**
 * Plans, tables and index candidates of the statements that cost most in the window. Executes only what is provably read-only, in a
 * READ ONLY transaction with timeouts; everything else is explained. Counts beside it what runs there anyway, for a second at least. What cannot be had is a row of `missing`.
 */
export async function scanQueries(options: ScanOptions & Place): Promise<QueryScan> {
  const open = (signal: AbortSignal): Promise<Session> =>
    openSession(options.url, { ...placeOf(options), signal, statementTimeoutMs: 10_000, lockTimeoutMs });
  const { result, quiet } = await besideQuiet(open, options.signal, () => scanWith(open, { ...options, seen: seenTextsOf(options.url) }));
  return { ...result, quiet };
}

/** Builds an index concurrently and makes sure that it is valid. Safe to retry. Throws RefusedError for any other statement. */
export async function createIndex(options: RemedyOptions & Place): Promise<AppliedOnDatabase> {
  return await refusing(() => withTwoSessions(options, (worker, watcher) => createIndexWith(worker, watcher, options)));
}

/** Undoes `createIndex`: `statement` is the one that built it. */
export async function dropCreatedIndex(options: RemedyOptions & Place): Promise<AppliedOnDatabase> {
  return await refusing(() => withTwoSessions(options, (worker, watcher) => dropCreatedIndexWith(worker, watcher, options)));
}

/** Renews the statistics of one table. Throws RefusedError for any other statement. */
export async function analyzeTable(options: RemedyOptions & Place): Promise<AppliedOnDatabase> {
  return await refusing(() => withSession(options, (session) => analyzeTableWith(session, options)));
}

/** Ends a session, if it still blocks others. Throws RefusedError for any other statement. */
export async function terminateBackend(options: RemedyOptions & Place): Promise<AppliedOnDatabase> {
  return await refusing(() => withSession(options, (session) => terminateBackendWith(session, options)));
}

/** Execution time of all statements of the database so far, in milliseconds. Rejects with EvidenceUnavailableError when the server does not count it. */
export async function totalExecutionMs(options: Place & { signal: AbortSignal }): Promise<number> {
  return await withSession(options, totalExecutionMsWith);
}

/** Five tries so far apart outlast a recovery after a crash, which checkpoints bound to some minutes. */
const awayMs = 60_000;

/** What changes something is refused where looking is only missing. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EvidenceUnavailableError)) throw error;
    const message = `the remedy's connection: ${error.missing.why}. ${error.missing.remedy}`;
    if (error.missing.id === superuserRefused) throw new RefusedError(message, { cause: error });
    // A server that died under a build comes back with half an index: what can be tried again is, so that the next try takes it away.
    if (!maybeThereLater(error.cause)) throw error;
    throw new ProgramFailedError({ program: 'postgres', exitCode: null, message, retryable: true, retryAfterMs: awayMs }, { cause: error });
  }
}

async function withSession<T>(options: Place & { signal: AbortSignal }, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(options.url, { ...placeOf(options), signal: options.signal, statementTimeoutMs: 30_000 });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Neither ends with the signal: whoever cancels a build has to wait until the server has stopped it and what it left is gone. */
async function withTwoSessions<T>(
  { signal, ...place }: Place & { signal: AbortSignal },
  work: (worker: Session, watcher: Session) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const uncut = { ...place, signal: new AbortController().signal };
  return await withSession(uncut, (worker) => withSession(uncut, (watcher) => work(worker, watcher)));
}

const connectTimeoutMs = 5000;
/** Who looks at locks must not queue behind them: even the text of an index wants a lock on its table. */
const lockTimeoutMs = 500;

/** Rejects with EvidenceUnavailableError, whose cause keeps the server's code. No message holds the password. */
export async function openSession(
  url: string,
  options: { signal: AbortSignal; statementTimeoutMs: number; lockTimeoutMs?: number; mayBeSuperuser?: boolean },
): Promise<Session> {
  options.signal.throwIfAborted();
  let client: pg.Client;
  try {
    client = new pg.Client({ connectionString: url, application_name: responderName, connectionTimeoutMillis: connectTimeoutMs });
  } catch (error) {
    throw new EvidenceUnavailableError(connectionProblem(url, error), { cause: error });
  }
  // Without a listener the end of a connection would end the process; the next query reports it.
  client.on('error', () => undefined);
  const end = (): void => void client.end().catch(() => undefined);
  options.signal.addEventListener('abort', end, { once: true });
  try {
    await client.connect();
    await client.query(asOwnStatement(`SET statement_timeout = ${options.statementTimeoutMs}`));
    // Statements are read by a parser that knows nothing else: with a backslash as escape the server would see other ends of its texts.
    await client.query(asOwnStatement('SET standard_conforming_strings = on'));
    if (options.mayBeSuperuser === false) await refuseSuperuser(client, url);
    if (options.lockTimeoutMs !== undefined) await client.query(asOwnStatement(`SET lock_timeout = ${options.lockTimeoutMs}`));
    return await describeSession(client, () => {
      options.signal.removeEventListener('abort', end);
    });
  } catch (error) {
    options.signal.removeEventListener('abort', end);
    end();
    options.signal.throwIfAborted();
    if (error instanceof EvidenceUnavailableError) throw error;
    throw new EvidenceUnavailableError(connectionProblem(url, error), { cause: error });
  }
}

async function refuseSuperuser(client: pg.Client, url: string): Promise<void> {
  const { rows } = await client.query<{ is: string }>(asOwnStatement("SELECT pg_catalog.current_setting('is_superuser') AS is"));
  if (rows[0]?.is === 'on') throw new EvidenceUnavailableError(superuserProblem(url));
}

/** Known to pg since 8.12, not to its types. */
interface OneStatement extends pg.QueryConfig {
  queryMode?: 'extended';
}

const versionRow = z.object({ server_version: z.string(), server_version_num: z.coerce.number() });

async function describeSession(client: pg.Client, onClose: () => void): Promise<Session> {
  const send = async (statement: string, values: unknown[] | undefined): Promise<unknown[]> => {
    const tagged = asOwnStatement(statement);
    // The extended protocol takes exactly one statement. A generic plan has parameters without values, which only the simple one lets through.
    const one: OneStatement = { text: tagged, ...(values === undefined ? {} : { values }) };
    if (!tagged.includes('GENERIC_PLAN')) one.queryMode = 'extended';
    const result: { rows: unknown[] } = await client.query(one);
    return result.rows;
  };
  const [row] = await send(
    "SELECT current_setting('server_version') AS server_version, current_setting('server_version_num') AS server_version_num",
    undefined,
  );
  const version = versionRow.parse(row);
  return {
    peer: await peerOf(client),
    major: Math.floor(version.server_version_num / 10_000),
    serverVersion: version.server_version.split(' ')[0] ?? version.server_version,
    query: async (statement, rowSchema, values) => z.array(rowSchema).parse(await send(statement, values)),
    run: async (statement) => {
      await send(statement, undefined);
    },
    close: async () => {
      onClose();
      await client.end().catch(() => undefined);
    },
  };
}

/** A host name is resolved as a client would; a socket folder stays as it is. */
async function peerOf(client: pg.Client): Promise<string> {
  if (client.host.startsWith('/')) return `${client.host}:${client.port}`;
  try {
    const { address, family } = await lookup(client.host);
    return `${family === 6 ? `[${address}]` : address}:${client.port}`;
  } catch {
    return `${client.host}:${client.port}`;
  }
}
