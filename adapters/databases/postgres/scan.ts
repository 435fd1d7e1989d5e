import { z } from 'zod';
import { indexCandidates } from '../../../core/database/indexes/index-candidates.js';
import type { ScanWork } from '../../../core/database/indexes/scan-work.js';
import { nonSargablePredicates } from '../../../core/database/indexes/non-sargable.js';
import { joinPartitions } from '../../../core/database/indexes/partitions.js';
import { nodesIn, parseStatement, type ParsedStatement } from '../../../core/database/sql/parse-statement.js';
import type { TableColumns } from '../../../core/database/sql/query-shape.js';
import { isReadInFull } from '../../../core/database/indexes/read-in-full.js';
import { readQueryShape } from '../../../core/database/sql/read-shape.js';
import { chooseStatements, waitSharesOf } from '../../../core/database/indexes/scan-choice.js';
import { withoutLiterals } from '../../../core/database/sql/without-literals.js';
import { judgeSafety } from '../../../core/database/sql/statement-safety.js';
import { isOutgrown, type TableStatistics } from '../../../core/database/indexes/table-statistics.js';
import type { DatabaseObservation, QueryPlan, QueryScan, StatementDelta, StatementScan } from '../../../core/model/database.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import { plural } from '../../../core/model/figures.js';
import type { MissingEvidence } from '../../../core/model/observation.js';
import type { OpenSession } from './observe.js';
import { readApplicationPath, tellOpenSchemas, tellOwner, withSchemasOf } from './application-path.js';
import { compareWithoutSpill } from './explain.js';
import { findPlan, type PlanResult } from './plan-ladder.js';
import type { PlanRequest } from './plan-request.js';
import { lastStatements, textsOf, type SeenTexts } from './seen-texts.js';
import { probeServer, type ServerFeatures } from './server-features.js';
import { errorCode, errorText, type Session } from './session.js';
import { readTables, type FoundTables, type TableName } from './tables.js';
import { tryCandidates } from './try-index.js';

export interface ScanOptions {
  observation: DatabaseObservation;
  signal: AbortSignal;
  /** Values of the requests that the load sends: candidates for the parameters of a statement. */
  requestValues?: readonly string[];
  /** What this process saw run, values included. */
  seen?: SeenTexts;
  /** Statements by time; one or two more by calls. 5 when absent. */
  maxStatements?: number;
}

export async function scanWith(open: OpenSession, options: ScanOptions): Promise<QueryScan> {
  const { observation } = options;
  const scan: QueryScan = { database: observation.name, serverVersion: observation.serverVersion, statements: [], missing: [] };
  const chosen = chooseStatements(observation, options.maxStatements ?? 5);
  let session: Session;
  try {
    session = await open(options.signal);
  } catch (error) {
    if (!(error instanceof EvidenceUnavailableError)) throw error;
    return { ...scan, missing: [error.missing] };
  }
  try {
    // What looks names up by the application's path says so itself; everything else is the system's.
    await session.run("SELECT set_config('search_path', 'pg_catalog', false)");
    const features = await probeServer(session);
    scan.missing.push(...features.missing);
    const seen = [...(options.seen?.all() ?? []), ...(await lastStatements(session))];
    for (const statement of chosen) {
      options.signal.throwIfAborted();
      scan.statements.push(await scanStatement(session, features, statement, textsOf(statement, seen), options, scan.missing));
    }
    scan.missing = uniqueById(scan.missing);
    return scan;
  } catch (error) {
    options.signal.throwIfAborted();
    const row = {
      id: 'query-scan',
      what: `the query scan of ${observation.name}`,
      why: errorText(error),
      remedy: 'Check the connection to the database and run the scan again.',
    };
    return { ...scan, missing: uniqueById([...scan.missing, row]) };
  } finally {
    await session.close();
  }
}

function uniqueById(rows: MissingEvidence[]): MissingEvidence[] {
  return [...new Map(rows.map((row) => [`${row.id} ${row.what}`, row])).values()];
}

async function scanStatement(
  session: Session,
  features: ServerFeatures,
  statement: StatementDelta,
  texts: readonly string[],
  options: ScanOptions,
  missing: MissingEvidence[],
): Promise<StatementScan> {
  const base: StatementScan = {
    statement,
    planSource: 'none',
    planNote: null,
    plan: null,
    rawPlan: null,
    tables: [],
    candidates: [],
    nonSargable: [],
    waitShares: waitSharesOf(statement, options.observation),
  };
  const parsed = await parseStatement(statement.text);
  if (parsed === null) return { ...base, planNote: 'the text cannot be parsed: it is cut off, or not one statement' };
  if (parsed.kind === 'other') return { ...base, planNote: 'no query: it has no plan' };
  const names = tableNames(parsed);
  const path = await readApplicationPath(session, features.statementsSchema, statement.queryId);
  const found = await readUnlocked(session, names, path.schemas);
  if (found === null) return { ...base, planNote: 'a table of it is locked by another session: nobody can plan it now' };
  const { tables, views } = found;
  const request: PlanRequest = {
    ...{ parsed, statement, tables, views, requestValues: options.requestValues ?? [], path: withSchemasOf(path.schemas, names, tables) },
    ...(await readSamples(parsed, texts)),
  };
  const result = withWholeTables(await findPlan(session, features, request), tables);
  missing.push(...result.missing, ...staleStatistics(tables), ...(await tellOwner(session, features, tables)));
  const told = await tellOpenSchemas(session, path);
  const advice = await advise(session, features, request, result);
  const { source, order, plan } = result;
  const withoutSpill = source === 'analyze' && order !== null && plan !== null ? await compareWithoutSpill(session, order, plan) : null;
  return {
    ...base,
    ...advice,
    ...planOf(told === null ? result : { ...result, note: [result.note, told].filter((each) => each !== null).join('; ') }),
    withoutSpill,
    tables: tables.map((table) => table.facts),
  };
}

async function readSamples(parsed: ParsedStatement, texts: readonly string[]): Promise<Pick<PlanRequest, 'samples' | 'template'>> {
  const read = await Promise.all(texts.map(parseStatement));
  const same = read.filter((each) => each !== null).filter(({ kind }) => kind === parsed.kind);
  return {
    samples: same.filter(({ parameters }) => parameters === 0),
    template: same.find(({ parameters }) => parameters > 0 && parameters < parsed.parameters) ?? null,
  };
}

const lockNotAvailable = '55P03';

/** Null while another session holds a lock that not even a look gets past. */
async function readUnlocked(session: Session, names: readonly TableName[], path: readonly string[]): Promise<FoundTables | null> {
  try {
    return await readTables(session, names, path);
  } catch (error) {
    if (errorCode(error) === lockNotAvailable) return null;
    throw error;
  }
}

function withWholeTables(result: PlanResult, tables: readonly TableStatistics[]): PlanResult {
  return { ...result, plan: result.plan === null ? null : joinPartitions(result.plan, tables) };
}

function planOf(result: PlanResult): Pick<StatementScan, 'planSource' | 'planNote' | 'plan' | 'rawPlan' | 'valuesGuessed'> {
  const { source, note, plan, raw, valuesGuessed } = result;
  return { planSource: source, planNote: note, plan, rawPlan: raw, ...(valuesGuessed === true ? { valuesGuessed } : {}) };
}

function tableNames(parsed: ParsedStatement): TableName[] {
  const names = new Map<string, TableName>();
  for (const node of nodesIn(parsed.tree)) {
    const range = 'RangeVar' in node ? node.RangeVar : null;
    if (range?.relname !== undefined)
      names.set(`${range.schemaname ?? ''}.${range.relname}`, { schema: range.schemaname ?? null, relation: range.relname });
  }
  // The target of UPDATE, DELETE and INSERT is not wrapped as the others are.
  const tree = parsed.tree;
  const target =
    'UpdateStmt' in tree
      ? tree.UpdateStmt.relation
      : 'DeleteStmt' in tree
        ? tree.DeleteStmt.relation
        : 'InsertStmt' in tree
          ? tree.InsertStmt.relation
          : undefined;
  if (target?.relname !== undefined)
    names.set(`${target.schemaname ?? ''}.${target.relname}`, { schema: target.schemaname ?? null, relation: target.relname });
  return [...names.values()];
}

/** Statistics this old mislead the planner and every advice built on them. */
function staleStatistics(tables: readonly TableStatistics[]): MissingEvidence[] {
  return tables
    .filter((table) => table.rows >= 1000 && isOutgrown(table))
    .map(({ facts }) => ({
      id: 'table-statistics',
      what: `current statistics of ${facts.schema}.${facts.relation}`,
      why:
        facts.lastAnalyzedAt === null
          ? 'the table was never analyzed'
          : `the server counts ${plural(facts.modifiedSinceAnalyze, 'row')} changed since it was analyzed at ${facts.lastAnalyzedAt}`,
      remedy: `ANALYZE "${facts.schema}"."${facts.relation}", then scan again: estimates and index advice rest on these statistics.`,
    }));
}

async function advise(
  session: Session,
  features: ServerFeatures,
  request: PlanRequest,
  result: PlanResult,
): Promise<Pick<StatementScan, 'candidates' | 'nonSargable'>> {
  const { parsed, samples, template, statement, tables } = request;
  const normalised = readQueryShape(parsed, columnsOf(tables));
  // Whether a pattern begins with a wildcard only its value tells. Other values stay out of what is reported.
  const hidesPattern = normalised.tables.some((use) => use.hidden.some((hidden) => hidden.kind === 'pattern-parameter'));
  const seen = samples[0] ?? template;
  const shape = hidesPattern && seen !== null ? readQueryShape(seen, columnsOf(tables)) : normalised;
  const safety = judgeSafety({ ...parsed, kind: 'select' });
  const functions = safety.safe
    ? await readImmutable(
        session,
        safety.called.functions.map(({ name }) => name),
      )
    : new Set<string>();
  const nonSargable = nonSargablePredicates(shape, tables, {
    immutableFunctions: functions,
    trigrams: features.trigrams,
    isReadInFull: isReadInFull(parsed, normalised, tables, statement),
  });
  const candidates = indexCandidates(normalised, tables, workOf(result.plan));
  return {
    nonSargable: nonSargable.map(withoutTyped),
    candidates: await tryCandidates({ session, features, request, result }, candidates),
  };
}

/** A statement that is to be run may hold what the schema says, never what somebody typed into a text that a session ran. */
function withoutTyped(found: StatementScan['nonSargable'][number]): StatementScan['nonSargable'][number] {
  const { indexStatement } = found;
  return indexStatement === null || withoutLiterals(indexStatement) === indexStatement ? found : { ...found, indexStatement: null };
}

function columnsOf(tables: readonly TableStatistics[]): TableColumns[] {
  return tables.map(({ facts, columns }) => ({
    schema: facts.schema,
    relation: facts.relation,
    columns: columns.map((column) => column.name),
  }));
}

async function readImmutable(session: Session, names: string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const rows = await session.query(
    "SELECT proname::text AS name FROM pg_proc WHERE proname = ANY($1) GROUP BY proname HAVING bool_and(provolatile = 'i')",
    z.object({ name: z.string() }),
    [names],
  );
  return new Set(rows.map((row) => row.name));
}

function workOf(plan: QueryPlan | null): ScanWork[] {
  const work = new Map<string, ScanWork>();
  for (const node of plan?.nodes ?? []) {
    if (node.relation === null || plan === null) continue;
    const sum = work.get(node.relation) ?? {
      relation: node.relation,
      rowsKept: plan.analyzed ? 0 : null,
      rowsDropped: plan.analyzed ? 0 : null,
      rowsEstimated: 0,
    };
    if (sum.rowsKept !== null) sum.rowsKept += node.rows * node.loops;
    if (sum.rowsDropped !== null) sum.rowsDropped += node.rowsRemovedByFilter * node.loops;
    sum.rowsEstimated = Math.max(sum.rowsEstimated, node.rowsEstimated);
    work.set(node.relation, sum);
  }
  return [...work.values()];
}
