import type { Client as PostgresClient, QueryArrayConfig } from 'pg';
import { z } from 'zod';
import { text } from '../../config/catalog-fields.js';
import { bindParameters } from '../../core/command/runbook/bind-parameters.js';
import { fillIn, type Values } from '../../core/command/runbook/template.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import { createKeptOutput } from '../redaction/kept-output.js';
import { noAnswer, type StepContext, type StepEnding } from './step-context.js';
import { databaseKey } from './step-keys.js';
import { acting, type ActionOf } from './step-kind.js';

const keys = {
  database: databaseKey,
  sql: text('a statement', "write e.g. sql: 'SELECT count(*) FROM pg_stat_activity'"),
  writes: z.boolean({ error: 'true or false' }).default(true),
};

type SqlAction = ActionOf<typeof keys>;

/** A statement that waits for a lock holds up everybody behind it. */
const lockTimeoutMs = 5_000;
const lookTimeoutMs = 5_000;

/**
 * Known to PostgreSQL 14 and later: a server at work does not notice that its client is gone, and a statement of a killed worker would go on beside
 * whoever repeats or undoes its step. Where the setting is not known, the statement's own time limit ends it.
 */
const endWithoutClient = "SELECT set_config(name, '1000', false) FROM pg_settings WHERE name = 'client_connection_check_interval'";

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** SQLSTATE: the server has answered, so the statement and its transaction are undone. */
function isAnswer(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)
  );
}

/** One row a line, columns by tabs; the first column of the first row is the value. */
function shown(rows: readonly unknown[][]): string {
  return rows
    .map((row) => row.map((cell) => (cell === null ? '' : typeof cell === 'string' ? cell : JSON.stringify(cell))).join('\t'))
    .join('\n');
}

/** Known to pg since 8.12, not to its types: the extended protocol takes exactly one statement, with parameters or without. */
interface OneStatement extends QueryArrayConfig {
  queryMode: 'extended';
}

async function query(client: PostgresClient, action: SqlAction, context: StepContext): Promise<StepEnding> {
  const { sql, bound } = bindParameters(action.sql, context.values);
  const kept = createKeptOutput(context.secrets);
  try {
    await client.query(endWithoutClient).catch(() => undefined);
    await client.query(action.writes ? 'BEGIN' : 'BEGIN READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${Math.ceil(context.timeoutMs)}`);
    await client.query('SET LOCAL standard_conforming_strings = on');
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    const one: OneStatement = { text: sql, values: bound, rowMode: 'array', queryMode: 'extended' };
    const { rows, rowCount } = await client.query<unknown[]>(one);
    await client.query(action.writes ? 'COMMIT' : 'ROLLBACK');
    kept.write(rows.length > 0 ? shown(rows) : `${rowCount ?? 0} rows`);
    const stdout = kept.end();
    return {
      kind: 'ended',
      answer: { ...noAnswer, exit: 0, stdout, value: rows.length > 0 ? (stdout.split(/[\t\n]/)[0] ?? '') : String(rowCount ?? 0) },
    };
  } catch (error) {
    if (isAnswer(error)) return { kind: 'ended', answer: { ...noAnswer, exit: 1, stderr: messageOf(error) } };
    const why = context.signal.aborted ? `timed out: no answer in ${context.timeoutMs / 1000} s` : 'the connection was lost';
    return { kind: 'unclear', why, stdout: '' };
  }
}

/** Why the step does not begin, and what its reader should know; asked over a connection of its own, which is refused where a scan's would be. */
async function lookFirst(
  action: SqlAction,
  { url, mayBeSuperuser }: { url: string; mayBeSuperuser: boolean },
  context: StepContext,
): Promise<{ why: string | null; note: string }> {
  const [{ openSession }, { judgeRead }] = await Promise.all([
    import('../databases/postgres/postgres.js'),
    import('../databases/postgres/provably-reads.js'),
  ]);
  try {
    const session = await openSession(url, { signal: context.signal, mayBeSuperuser, statementTimeoutMs: lookTimeoutMs });
    try {
      if (action.writes) return { why: null, note: '' };
      const { why, tables } = await judgeRead(session, bindParameters(action.sql, context.values).sql);
      const own = tables.find(({ isOwn }) => isOwn);
      const note =
        own === undefined || mayBeSuperuser ? '' : `note: this role owns ${own.schema}.${own.relation}, and may change and drop it`;
      return { why: why === null ? null : `writes: false, but ${why}; write writes: true, which people then approve`, note };
    } finally {
      await session.close();
    }
  } catch (error) {
    // Whatever ended the look, its time or the server: the step itself has not begun.
    const why = error instanceof EvidenceUnavailableError ? `${error.missing.why}. ${error.missing.remedy}` : messageOf(error);
    return { why, note: '' };
  }
}

async function run(action: SqlAction, context: StepContext): Promise<StepEnding> {
  const { kind, url, mayBeSuperuser } = context.access.database(action.database, context.service, action.writes ? 'write' : 'read');
  if (kind !== 'postgres')
    return { kind: 'not-begun', why: `expected a database of kind postgres, got ${action.database} of kind ${kind}` };
  const { password } = new URL(url);
  context.secrets.push(url, ...(password === '' ? [] : [password, decodeURIComponent(password)]));
  const { why, note } = await lookFirst(action, { url, mayBeSuperuser }, context);
  if (why !== null) return { kind: 'not-begun', why: `database ${action.database}: ${why}` };
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, application_name: 'perf-responder runbook', connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    return { kind: 'not-begun', why: `database ${action.database}: ${messageOf(error)}` };
  }
  const stop = (): void => void client.end().catch(() => undefined);
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    const ending = await query(client, action, context);
    return note === '' || ending.kind !== 'ended'
      ? ending
      : { ...ending, answer: { ...ending.answer, stderr: [ending.answer.stderr, note].join('\n').trim() } };
  } finally {
    context.signal.removeEventListener('abort', stop);
    stop();
  }
}

/** A statement that only reads is its own rehearsal; one that writes may call functions that no rollback undoes. */
async function simulate(action: SqlAction, context: StepContext): Promise<string> {
  if (action.writes) return 'not simulated: the statement writes';
  const ending = await run(action, context);
  if (ending.kind === 'ended') return `it reads now: ${ending.answer.stdout || ending.answer.stderr}`;
  return ending.why;
}

function describe({ database, sql: statement, writes }: SqlAction, values: Values): string {
  const { sql: filled, bound } = bindParameters(statement, values);
  const given = bound.map((value, index) => `$${index + 1} = ${JSON.stringify(value)}`).join(', ');
  return `${database}${writes ? '' : ' (read-only)'}: ${filled.trim()}${given === '' ? '' : `  -- ${given}`}`;
}

/** A statement keeps its placeholders: the driver takes them as parameters. */
export const sql = acting({
  kind: 'sql',
  keys,
  // One that only reads says so by `writes: false`.
  mayLook: false,
  texts: ({ database, sql: statement }) => [database, statement],
  fill: (action, values) => ({ ...action, database: fillIn(action.database, values) }),
  describe,
  describeUnfilled: ({ database, sql: statement }) => `${database}: ${statement.trim()}`,
  readCell: (body) => ({ sql: body.trim() }),
  databaseOf: ({ database }) => database,
  run,
  simulate,
});
