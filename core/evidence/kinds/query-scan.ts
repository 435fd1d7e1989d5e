import { z } from 'zod';
import { messageWithoutValues } from '../../database/sql/message-values.js';
import { withoutLiterals } from '../../database/sql/without-literals.js';
import type { QueryPlan, QueryScan, StatementScan, TableFacts } from '../../model/database.js';
import type { CaptureKind } from '../capture-kind.js';
import { shapedAs, type CaptureDocument, type ReadDocument } from '../document.js';
import { missingEvidenceSchema, withoutQuotedValues } from '../missing-evidence.js';
import { statementSchema } from './databases.js';

const planSchema = z.looseObject({
  analyzed: z.boolean(),
  executionMs: z.number().nullable(),
  nodes: z.array(
    z.looseObject({
      id: z.number(),
      parentId: z.number().nullable(),
      nodeType: z.string(),
      relation: z.string().nullable(),
      selfMs: z.number(),
      loops: z.number(),
      rows: z.number(),
      rowsEstimated: z.number(),
      rowsRemovedByFilter: z.number(),
      condition: z.string().nullable(),
      filter: z.string().nullable(),
    }),
  ),
  dominant: z.looseObject({ id: z.number() }).nullable(),
  findings: z.array(z.looseObject({ node: z.number(), text: z.string() })),
});

const scanSchema = z.looseObject({
  statement: statementSchema,
  planSource: z.string(),
  planNote: z.string().nullable(),
  plan: planSchema.nullable(),
  tables: z.array(
    z.looseObject({
      relation: z.string(),
      estimatedRows: z.number(),
      indexes: z.array(z.looseObject({ columns: z.array(z.string()), definition: z.string(), valid: z.boolean() })),
    }),
  ),
  candidates: z.array(z.looseObject({ relation: z.string(), columns: z.array(z.string()), statement: z.string() })),
  nonSargable: z.array(z.looseObject({ predicate: z.string(), relation: z.string(), column: z.string() })),
  waitShares: z.array(z.looseObject({ waitClass: z.string(), share: z.number() })),
});

export const scanDocument: CaptureDocument<QueryScan[]> = {
  what: 'plans of the statements of the window',
  name: 'query-scan.json',
  artifactKind: 'database',
  schema: shapedAs<QueryScan[]>(
    z.array(z.looseObject({ database: z.string(), statements: z.array(scanSchema), missing: z.array(missingEvidenceSchema) })),
  ),
  redact: redactScans,
};

/** Its plans are described by the rules that blame them: here there would be too many. */
export const queryScanKind: CaptureKind = {
  id: 'query-scan',
  scope: 'after-load',
  stage: 'query scan',
  what: 'the plans of the statements of the window',
  title: ({ databases }) => (databases.length === 0 ? null : `plans and index candidates of ${databases.join(', ')}`),
  longestMs: null,
  documents: [scanDocument],
  headline,
  describe: () => ({}),
};

function headline(read: ReadDocument): string {
  const statements = (read(scanDocument) ?? []).flatMap((scan) => scan.statements);
  const plans = statements.filter(({ plan }) => plan !== null).length;
  const candidates = statements.reduce((sum, one) => sum + one.candidates.length, 0);
  return `${statements.length} statements, ${plans} plans, ${candidates} index candidates`;
}

/** Plans of executed statements hold the values they were executed with. */
function redactScans(scans: QueryScan[]): QueryScan[] {
  return scans.map((scan) => ({ ...scan, statements: scan.statements.map(redactStatement), missing: withoutQuotedValues(scan.missing) }));
}

/**
 * The same scan without the values that conditions of plans, predicates and notes quote. What is to be run (the statement of an index, or of a partial one)
 * stays as it is: it holds names and what the schema says.
 */
export function withoutPlanValues(scan: QueryScan): QueryScan {
  return { ...scan, statements: scan.statements.map(withoutValuesOfPlan), missing: withoutQuotedValues(scan.missing) };
}

function withoutValuesOfPlan(scan: StatementScan): StatementScan {
  return {
    ...scan,
    statement: { ...scan.statement, text: withoutLiterals(scan.statement.text) },
    planNote: scan.planNote === null ? null : messageWithoutValues(scan.planNote),
    plan: scan.plan === null ? null : redactPlan(scan.plan),
    rawPlan: scan.rawPlan === null ? null : rawPlanWithoutValues(scan.rawPlan),
    nonSargable: scan.nonSargable.map((each) => ({
      ...each,
      predicate: withoutLiterals(each.predicate),
      rewrite: each.rewrite === null ? null : withoutLiterals(each.rewrite),
    })),
  };
}

/** Keys of a plan under which the server prints expressions. */
const expressionKeys = /(?:Cond|Filter|Key|Output|Query Text|Function Call|Calls|Cache Key)$/;

/** JSON as the server wrote it, or nothing: a text of another form cannot be told apart from its values. */
function rawPlanWithoutValues(raw: string): string | null {
  try {
    return JSON.stringify(JSON.parse(raw), (key, value: unknown) => {
      if (!expressionKeys.test(key)) return value;
      if (typeof value === 'string') return withoutLiterals(value);
      return Array.isArray(value) ? value.map((each: unknown) => (typeof each === 'string' ? withoutLiterals(each) : each)) : value;
    });
  } catch {
    return null;
  }
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
