import type { Node } from 'libpg-query';
import { RefusedError } from '../../model/errors.js';

export interface IndexOrder {
  schema: string | null;
  relation: string;
  name: string;
  hasExpression: boolean;
}

export interface TableOrder {
  schema: string | null;
  relation: string;
}

/** Takes exactly one `CREATE INDEX CONCURRENTLY name ON table …`; throws RefusedError for all else. */
export async function readCreateIndex(statement: string): Promise<IndexOrder> {
  const tree = await readOne(statement);
  const index = 'IndexStmt' in tree ? tree.IndexStmt : null;
  if (index?.relation?.relname === undefined) throw refuse('one CREATE INDEX CONCURRENTLY statement', statement);
  if (index.concurrent !== true) throw refuse('CREATE INDEX CONCURRENTLY, which lets writes go on', statement);
  // IF NOT EXISTS calls an invalid remnant of an earlier try a success.
  if (index.if_not_exists === true) throw refuse('a statement without IF NOT EXISTS', statement);
  if (index.idxname === undefined) throw refuse('a name for the index, so that a retry finds it', statement);
  const hasExpression = (index.indexParams ?? []).some((param) => 'IndexElem' in param && param.IndexElem.expr !== undefined);
  return { schema: index.relation.schemaname ?? null, relation: index.relation.relname, name: index.idxname, hasExpression };
}

/** Takes exactly one `ANALYZE table`; throws RefusedError for all else, VACUUM included. */
export async function readAnalyze(statement: string): Promise<TableOrder> {
  const tree = await readOne(statement);
  const vacuum = 'VacuumStmt' in tree ? tree.VacuumStmt : null;
  const [only, more] = vacuum?.rels ?? [];
  const relation = only !== undefined && 'VacuumRelation' in only ? only.VacuumRelation.relation : undefined;
  if (vacuum === null || vacuum.is_vacuumcmd === true || relation?.relname === undefined || more !== undefined)
    throw refuse('ANALYZE of one table', statement);
  return { schema: relation.schemaname ?? null, relation: relation.relname };
}

/** A session as it was when somebody decided on its end. A process id alone may be another session's by now. */
export interface SessionIdentity {
  pid: number;
  /** ISO 8601 with microseconds. */
  startedAt: string;
  statementStartedAt: string;
  applicationName: string;
}

/**
 * Ends that very session while it is at that very statement, whoever runs it: a session that went on, or another one under its process id, is not a
 * row of this query.
 */
export function terminateStatement({ pid, startedAt, statementStartedAt, applicationName }: SessionIdentity): string {
  return (
    `SELECT pg_terminate_backend(${pid}) FROM pg_stat_activity WHERE pid = ${pid} AND backend_start = '${startedAt}' AND query_start = '${statementStartedAt}' ` +
    `AND application_name = '${applicationName.replaceAll("'", "''")}'`
  );
}

const instant = String.raw`'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)'`;
const bound = new RegExp(
  String.raw`^SELECT pg_terminate_backend\((\d{1,9})\) FROM pg_stat_activity WHERE pid = (\d{1,9}) AND backend_start = ${instant} AND query_start = ${instant} ` +
    String.raw`AND application_name = '((?:[^'\\]|'')*)'$`,
);

export function namesOneSession(statement: string): boolean {
  return bound.test(statement);
}

/** Takes exactly what `terminateStatement` writes; throws RefusedError for all else. */
export function readTerminate(statement: string): SessionIdentity {
  const [, pid, same, startedAt, statementStartedAt, name] = bound.exec(statement) ?? [];
  if (pid === undefined || pid !== same || startedAt === undefined || statementStartedAt === undefined || name === undefined)
    throw refuse('SELECT pg_terminate_backend(<pid>) bound to one session by its start, its statement and its application', statement);
  return { pid: Number(pid), startedAt, statementStartedAt, applicationName: name.replaceAll("''", "'") };
}

async function readOne(statement: string): Promise<Node> {
  let statements: { stmt?: Node }[];
  try {
    // The parser is a megabyte of its own: only who applies a remedy needs it.
    const { parse } = await import('libpg-query');
    statements = (await parse(statement)).stmts ?? [];
  } catch {
    throw refuse('valid SQL', statement);
  }
  const [only] = statements;
  if (statements.length !== 1 || only?.stmt === undefined) throw refuse('exactly one statement', statement);
  return only.stmt;
}

function refuse(expected: string, statement: string): RefusedError {
  return new RefusedError(`Expected ${expected}, but got: ${statement.slice(0, 200)}. Nothing was done.`);
}
