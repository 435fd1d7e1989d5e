import { z } from 'zod';
import type { ParsedStatement } from '../../../core/database/sql/parse-statement.js';
import { readQueryPlan } from '../../../core/database/plan/plan.js';
import { quoteIdentifier, quoteLiteral } from '../../../core/database/sql/sql-text.js';
import type { QueryPlan, StatementScan } from '../../../core/model/database.js';
import type { Session } from './session.js';

export interface ExplainedPlan {
  plan: QueryPlan;
  /** JSON as the server gave it. */
  raw: string;
  totalCost: number;
}

const planRow = z.object({ 'QUERY PLAN': z.array(z.looseObject({ Plan: z.looseObject({ 'Total Cost': z.number().optional() }) })) });
const prepared = 'perf_incident_responder';

/** Runs `work` in a transaction that can change nothing and waits for no lock, and rolls it back whatever happens. */
async function readOnly<T>(
  session: Session,
  path: readonly string[],
  timeoutMs: number,
  work: () => Promise<T>,
  workMemKb: number | null = null,
): Promise<T> {
  await session.run('BEGIN TRANSACTION READ ONLY');
  try {
    await session.run(`SET LOCAL statement_timeout = ${Math.round(timeoutMs)}`);
    await session.run("SET LOCAL lock_timeout = '200ms'");
    await session.run("SET LOCAL idle_in_transaction_session_timeout = '30s'");
    await session.run("SET LOCAL plan_cache_mode = 'force_custom_plan'");
    if (workMemKb !== null) await session.run(`SET LOCAL work_mem = '${workMemKb}kB'`);
    await session.run(`SELECT set_config('search_path', ${quoteList(path)}, true)`);
    return await work();
  } finally {
    await session.run('ROLLBACK').catch(() => undefined);
    await session.run('DEALLOCATE ALL').catch(() => undefined);
  }
}

/** What is looked up along it is the application's, whatever this role has set; our own words in there name their schema. */
function quoteList(path: readonly string[]): string {
  return quoteLiteral(path.map(quoteIdentifier).join(', '));
}

/** The server's own idea of the type of every `$n`. Rejects when the text is no valid statement here. */
export async function parameterTypes(session: Session, parsed: ParsedStatement, path: readonly string[]): Promise<string[]> {
  return await readOnly(session, path, 5000, async () => {
    await session.run(`PREPARE ${prepared} AS ${parsed.text}`);
    const [row] = await session.query(
      `SELECT parameter_types::pg_catalog.text[] AS types FROM pg_catalog.pg_prepared_statements WHERE name = '${prepared}'`,
      z.object({ types: z.array(z.string()) }),
    );
    return row?.types ?? [];
  });
}

export interface CustomPlanOrder {
  parsed: ParsedStatement;
  /** One SQL literal for each `$n`. */
  values: readonly string[];
  /** Search path of whoever runs it in production. */
  path: readonly string[];
  /** Null = explain only. */
  execute: { timeoutMs: number; largestCost: number } | null;
}

export type CustomPlan = ExplainedPlan & { executed: boolean; whyNot: string | null };

/** Estimates first; executes only when they promise an end within reason. */
export async function customPlan(session: Session, order: CustomPlanOrder): Promise<CustomPlan> {
  const { execute } = order;
  const estimated = await withStatement(session, order, 5000, async (target) => await explain(session, 'VERBOSE, FORMAT JSON', target));
  if (execute === null) return { ...estimated, executed: false, whyNot: null };
  if (estimated.totalCost > execute.largestCost) {
    return {
      ...estimated,
      executed: false,
      whyNot: `not executed: its estimated cost ${estimated.totalCost.toFixed(0)} is above ${execute.largestCost}`,
    };
  }
  try {
    const options = 'ANALYZE, VERBOSE, BUFFERS, FORMAT JSON';
    const first = await withStatement(session, order, execute.timeoutMs, async (target) => await explain(session, options, target));
    // Quick ones are run again: the first may have read from disk what the load had in memory.
    if ((first.plan.executionMs ?? 0) > warmUpBelowMs) return { ...first, executed: true, whyNot: null };
    const second = await withStatement(session, order, execute.timeoutMs, async (target) => await explain(session, options, target));
    const faster = (second.plan.executionMs ?? 0) <= (first.plan.executionMs ?? 0) ? second : first;
    return { ...faster, executed: true, whyNot: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...estimated, executed: false, whyNot: `not executed to the end: ${why}` };
  }
}

const warmUpBelowMs = 1000;

/** With parameters the statement is prepared, so that the server types the values as it does for the service. */
async function withStatement<T>(
  session: Session,
  order: CustomPlanOrder,
  timeoutMs: number,
  work: (target: string) => Promise<T>,
  workMemKb: number | null = null,
): Promise<T> {
  const withValues = async (): Promise<T> => {
    if (order.values.length === 0) return await work(order.parsed.text);
    await session.run(`PREPARE ${prepared} AS ${order.parsed.text}`);
    return await work(`EXECUTE ${prepared} (${order.values.join(', ')})`);
  };
  return await readOnly(session, order.path, timeoutMs, withValues, workMemKb);
}

/** What is on disk is packed; in memory, and for the hash table that memory makes possible, it needs many times that. */
const unpacked = 16;
/** One session for one statement; a server that cannot spare this is beyond help by memory. */
const largestWorkMemKb = 256 * 1024;

/** So often each side is run, in turns, as long as that stays quick. The quickest counts: other work on the machine only ever adds. */
const turns = 3;

/**
 * How long the statement takes as it is and when nothing of it spills: only that tells what the spill costs, for a large sort takes long in memory, too.
 * Null when nothing spills, when it would need more memory than is fair to take, or when it cannot be run to its end.
 */
export async function compareWithoutSpill(
  session: Session,
  order: CustomPlanOrder,
  spilling: QueryPlan,
): Promise<NonNullable<StatementScan['withoutSpill']> | null> {
  const workMemKb = Math.max(16_384, unpacked * spilling.nodes.reduce((sum, node) => sum + node.spilledKb, 0));
  const { execute } = order;
  if (execute === null || !spilling.nodes.some((node) => node.spilledKb > 0) || workMemKb > largestWorkMemKb) return null;
  const run = async (target: string): Promise<ExplainedPlan> => await explain(session, 'ANALYZE, VERBOSE, BUFFERS, FORMAT JSON', target);
  const time = async (memoryKb: number | null): Promise<number> => {
    const { plan } = await withStatement(session, order, execute.timeoutMs, run, memoryKb);
    if (plan.executionMs === null || (memoryKb !== null && plan.nodes.some((node) => node.spilledKb > 0)))
      throw new Error('not comparable');
    return plan.executionMs;
  };
  try {
    let executionMs = await time(workMemKb);
    let spilledMs = spilling.executionMs ?? (await time(null));
    for (let turn = 1; turn < turns && spilledMs * turns < warmUpBelowMs; turn++) {
      spilledMs = Math.min(spilledMs, await time(null));
      executionMs = Math.min(executionMs, await time(workMemKb));
    }
    return { workMemKb, executionMs, spilledMs };
  } catch {
    return null;
  }
}

/** A plan for any values: from version 16 by an option, before by NULLs under a forced generic plan. */
export async function genericPlan(
  session: Session,
  parsed: ParsedStatement,
  parameters: number,
  path: readonly string[],
): Promise<ExplainedPlan> {
  return await readOnly(session, path, 5000, async () => {
    if (session.major >= 16) return await explain(session, 'GENERIC_PLAN, VERBOSE, FORMAT JSON', parsed.text);
    await session.run("SET LOCAL plan_cache_mode = 'force_generic_plan'");
    await session.run(`PREPARE ${prepared} AS ${parsed.text}`);
    const nulls = Array.from({ length: parameters }, () => 'NULL').join(', ');
    return await explain(session, 'VERBOSE, FORMAT JSON', `EXECUTE ${prepared}${parameters > 0 ? ` (${nulls})` : ''}`);
  });
}

async function explain(session: Session, options: string, target: string): Promise<ExplainedPlan> {
  const [row] = await session.query(`EXPLAIN (${options}) ${target}`, planRow);
  if (row === undefined) throw new Error('EXPLAIN returned nothing');
  const raw = JSON.stringify(row['QUERY PLAN']);
  return { plan: readQueryPlan(raw), raw, totalCost: row['QUERY PLAN'][0]?.Plan['Total Cost'] ?? 0 };
}

export interface Simulation {
  costBefore: number;
  costAfter: number;
  /** The planner chose the hypothetical index. */
  isUsed: boolean;
  /** Cost of the scan of it when nothing stops it before its end; null when it is not used. */
  wholeScan: number | null;
}

const hypotheticalRow = z.object({ id: z.string(), name: z.string() });

/** Plans the statement with the index as HypoPG imagines it. Its indexes outlive a rollback, so they are reset before and after. */
export async function simulateIndex(
  session: Session,
  hypopgSchema: string,
  order: CustomPlanOrder,
  createIndex: string,
): Promise<Simulation> {
  const definition = createIndex.replace(/^CREATE INDEX CONCURRENTLY "(?:[^"]|"")+" /, 'CREATE INDEX ');
  const reset = `SELECT ${hypopgSchema}.hypopg_reset()`;
  await session.run(reset);
  try {
    const before = await withStatement(session, order, 5000, async (target) => await explain(session, 'FORMAT JSON', target));
    const [made] = await session.query(
      `SELECT indexrelid::text AS id, indexname AS name FROM ${hypopgSchema}.hypopg_create_index($1)`,
      hypotheticalRow,
      [definition],
    );
    const after = await withStatement(session, order, 5000, async (target) => await explain(session, 'FORMAT JSON', target));
    const scan = made === undefined ? undefined : after.plan.nodes.find((node) => node.index?.startsWith(`<${made.id}>`) === true);
    return { costBefore: before.totalCost, costAfter: after.totalCost, isUsed: scan !== undefined, wholeScan: scan?.totalCost ?? null };
  } finally {
    await session.run(reset).catch(() => undefined);
  }
}
