import type { IndexCandidate } from '../../model/database.js';
import { isCovered, servesWell } from './existing-indexes.js';
import { createIndexStatement, type IndexDesign } from './index-definition.js';
import { chooseKeys, type KeyChoice } from './index-keys.js';
import type { QueryShape, TableUse } from '../sql/query-shape.js';
import { quoteIdentifier } from '../sql/sql-text.js';
import type { ScanWork } from './scan-work.js';
import { distinctValues, type TableStatistics } from './table-statistics.js';

/** Below these a sequential scan is right, and an index would only cost writes. */
const smallestRows = 1000;
const smallestPages = 100;
/** An index that leads to more of the table than this is slower than reading all of it. */
const largestShare = 0.2;

/**
 * At most one new index for each table of the statement: equality first, by selectivity, then the order when a LIMIT can stop early, else
 * the most selective range; no more columns than bring something, three at most. Nothing for small tables, unselective conditions, and
 * where an existing index serves already. Same input, same answer; nothing is simulated here (`estimate` is null).
 */
export function indexCandidates(shape: QueryShape, tables: readonly TableStatistics[], work: readonly ScanWork[]): IndexCandidate[] {
  const found = new Map<string, IndexCandidate>();
  for (const use of shape.tables) {
    const table = findTable(use, tables);
    const candidate = table === null ? null : candidateFor(use, table, shape, tables, work);
    if (candidate !== null && !found.has(candidate.statement)) found.set(candidate.statement, candidate);
  }
  return [...found.values()];
}

export function findTable(use: TableUse, tables: readonly TableStatistics[]): TableStatistics | null {
  const named = tables.filter(({ facts }) => facts.relation === use.relation && (use.schema === null || facts.schema === use.schema));
  return named[0] ?? null;
}

function candidateFor(
  use: TableUse,
  table: TableStatistics,
  shape: QueryShape,
  tables: readonly TableStatistics[],
  work: readonly ScanWork[],
): IndexCandidate | null {
  if ((table.kind !== 'table' && table.kind !== 'partitioned') || table.rows < smallestRows || table.pages < smallestPages) return null;
  const done = work.find((each) => each.relation === use.relation) ?? null;
  const contained = containmentCandidate(use, table);
  if (contained !== null) return contained;
  const choice = chooseKeys(use, table, { shape, tables, done });
  if (choice === null || choice.keys.length === 0) return null;
  if (!choice.stopsEarly && remainingShare(choice, table, done) > largestShare) return null;
  if (isCovered(choice, table) || (!choice.stopsEarly && servesWell(choice, use, table))) return null;
  const design: IndexDesign = {
    schema: table.facts.schema,
    relation: table.facts.relation,
    method: 'btree',
    keys: choice.keys.map((key) => ({ sql: key.sql, word: key.column })),
    where: choice.where,
  };
  const candidate = describe(
    design,
    choice.keys.map((key) => key.column),
    choice.reason,
    sizeOf(choice, table),
  );
  return choice.stopsEarly ? { ...candidate, stopsEarly: true } : candidate;
}

/** By the statistics, or by what the execution really kept, whichever is less: a range has no good estimate without its values. */
function remainingShare(choice: KeyChoice, table: TableStatistics, done: ScanWork | null): number {
  const seen =
    done === null
      ? 1
      : done.rowsKept !== null && done.rowsDropped !== null && done.rowsKept + done.rowsDropped > 0
        ? done.rowsKept / (done.rowsKept + done.rowsDropped)
        : done.rowsEstimated / table.rows;
  return choice.hasRange ? Math.min(choice.share, seen) : choice.share;
}

/** Elements of arrays and documents, and words of texts, need an inverted index. */
function containmentCandidate(use: TableUse, table: TableStatistics): IndexCandidate | null {
  const predicate = use.predicates.find((each) => each.kind === 'containment');
  if (predicate === undefined || use.predicates.some((each) => each.kind === 'equality')) return null;
  const exists = table.indexes.some((index) => index.valid && index.method === 'gin' && index.keys[0] === predicate.column);
  if (exists) return null;
  const design: IndexDesign = {
    schema: table.facts.schema,
    relation: table.facts.relation,
    method: 'gin',
    keys: [{ sql: quoteIdentifier(predicate.column), word: predicate.column }],
    where: null,
  };
  return describe(
    design,
    [predicate.column],
    `${predicate.text} looks inside the column, which only an inverted index serves; not simulated`,
    null,
  );
}

function describe(design: IndexDesign, columns: string[], reason: string, sizeBytes: number | null): IndexCandidate {
  return {
    schema: design.schema,
    relation: design.relation,
    columns,
    method: design.method,
    statement: createIndexStatement(design),
    reason,
    estimate: null,
    estimatedSizeBytes: sizeBytes,
  };
}

/** Tuple header and line pointer, in bytes; pages are about nine tenths full. */
const entryBytes = 12;

/** Few distinct values are stored once each (deduplication, measured: about a third). */
function sizeOf(choice: KeyChoice, table: TableStatistics): number {
  const columns = choice.keys.flatMap((key) => table.columns.filter((column) => column.name === key.column));
  const width = columns.reduce((sum, column) => sum + Math.ceil(column.averageWidth / 8) * 8, entryBytes);
  const first = columns[0];
  const isRepetitive = columns.length === 1 && first !== undefined && (distinctValues(first, table.rows) ?? table.rows) < table.rows / 10;
  return Math.round((table.rows * width) / 0.9 / (isRepetitive ? 3 : 1));
}
