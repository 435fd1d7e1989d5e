import { messageWithoutValues } from '../database/sql/message-values.js';
import { withoutLiterals } from '../database/sql/without-literals.js';
import type { BlockingSession, DatabaseObservation, QueryPlan, QueryScan, StatementScan, TableFacts } from '../model/database.js';
import type { MissingEvidence } from '../model/observation.js';

/** Statements of running sessions hold the values of their callers; so do utility statements in the server's own counters. */
export function redactDatabases(databases: readonly DatabaseObservation[]): DatabaseObservation[] {
  return databases.map((database) => ({
    ...database,
    statements: database.statements?.map((statement) => ({ ...statement, text: withoutLiterals(statement.text) })) ?? null,
    activity:
      database.activity === null
        ? null
        : {
            ...database.activity,
            byStatement: database.activity.byStatement.map((each) => ({ ...each, text: withoutLiterals(each.text) })),
          },
    blocking: database.blocking.map((tree) => ({ ...tree, root: redactSession(tree.root), waiters: tree.waiters.map(redactSession) })),
    ...(database.slotsExhausted === undefined ? {} : { slotsExhausted: messageWithoutValues(database.slotsExhausted) }),
    missing: redactMissing(database.missing),
  }));
}

function redactSession(session: BlockingSession): BlockingSession {
  return { ...session, query: withoutLiterals(session.query) };
}

/** Plans of executed statements hold the values they were executed with. */
export function redactScans(scans: readonly QueryScan[]): QueryScan[] {
  return scans.map((scan) => ({ ...scan, statements: scan.statements.map(redactStatement), missing: redactMissing(scan.missing) }));
}

function redactStatement(scan: StatementScan): StatementScan {
  const sqlOrNull = (text: string | null): string | null => (text === null ? null : withoutLiterals(text));
  return {
    ...scan,
    statement: { ...scan.statement, text: withoutLiterals(scan.statement.text) },
    planNote: scan.planNote === null ? null : messageWithoutValues(scan.planNote),
    plan: scan.plan === null ? null : redactPlan(scan.plan),
    rawPlan: null,
    tables: scan.tables.map(redactTable),
    candidates: scan.candidates.map((candidate) => ({ ...candidate, statement: withoutLiterals(candidate.statement) })),
    nonSargable: scan.nonSargable.map((each) => ({
      ...each,
      predicate: withoutLiterals(each.predicate),
      rewrite: sqlOrNull(each.rewrite),
      indexStatement: sqlOrNull(each.indexStatement),
    })),
  };
}

/** A finding may quote the filter of its node. */
function redactPlan(plan: QueryPlan): QueryPlan {
  const nodes = plan.nodes.map((node) => ({
    ...node,
    condition: node.condition === null ? null : withoutLiterals(node.condition),
    filter: node.filter === null ? null : withoutLiterals(node.filter),
  }));
  const findings = plan.findings.map((finding) => {
    const filter = plan.nodes.find(({ id }) => id === finding.node)?.filter ?? null;
    return filter === null ? finding : { ...finding, text: finding.text.replaceAll(filter, () => withoutLiterals(filter)) };
  });
  return { ...plan, nodes, findings };
}

/** The condition of a partial index and the arguments of an index on an expression. */
function redactTable(table: TableFacts): TableFacts {
  return {
    ...table,
    indexes: table.indexes.map((index) => ({
      ...index,
      columns: index.columns.map((column) => withoutLiterals(column)),
      definition: withoutLiterals(index.definition),
    })),
  };
}

function redactMissing(rows: readonly MissingEvidence[]): MissingEvidence[] {
  return rows.map((row) => ({ ...row, why: messageWithoutValues(row.why) }));
}
