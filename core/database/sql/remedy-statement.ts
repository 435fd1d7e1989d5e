import { parse, type Node } from 'libpg-query';
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

/** Takes exactly `SELECT pg_terminate_backend(pid)`; throws RefusedError for all else. */
export function readTerminate(statement: string): number {
  const match = /^\s*SELECT\s+(?:pg_catalog\.)?pg_terminate_backend\(\s*(\d{1,9})\s*\)\s*;?\s*$/i.exec(statement);
  if (match?.[1] === undefined) throw refuse('SELECT pg_terminate_backend(<pid>)', statement);
  return Number(match[1]);
}

async function readOne(statement: string): Promise<Node> {
  let statements: { stmt?: Node }[];
  try {
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
