import type { QueryPlan, QueryScan, StatementScan } from '../../model/database.js';
import type { MissingEvidence } from '../../model/observation.js';

/** A plan that a person brought along (`triage --plan FILE`). */
export interface GivenPlan {
  /** Name of the file, without its folder. */
  name: string;
  /** The text of the file. */
  text: string;
  plan: QueryPlan;
}

const relationsOf = (plan: QueryPlan): Set<string> => new Set(plan.nodes.flatMap(({ relation }) => (relation === null ? [] : [relation])));

/** A plan names the tables it reads; views, partitions and other schemas can differ from what the statement names, so all must be the same. */
function readsTheSame(scan: StatementScan, relations: Set<string>): boolean {
  const own = new Set(scan.plan === null ? scan.tables.map(({ relation }) => relation) : relationsOf(scan.plan));
  return own.size === relations.size && [...relations].every((relation) => own.has(relation));
}

function adopted(scan: StatementScan, { name, text, plan }: GivenPlan): StatementScan {
  return {
    ...scan,
    planSource: plan.analyzed ? 'analyze' : 'explain',
    planNote: `the plan is the given file ${name}`,
    plan,
    rawPlan: text,
  };
}

export function givenPlanUnused(name: string, why: string): MissingEvidence {
  return {
    id: 'given-plan',
    what: `what the given plan ${name} tells about this incident`,
    why,
    remedy: `Read it by itself: perf-responder analyze plan ${name}.`,
  };
}

/** A format names its engine first. Only PostgreSQL is scanned during an incident. */
function isOfPostgres({ format }: QueryPlan): boolean {
  return format.startsWith('postgres-');
}

function whyUnused(relations: Set<string>, fitting: StatementScan[]): string {
  const tables = [...relations].join(', ') || 'no table';
  if (fitting.length === 0) return `it reads ${tables}, and no statement of the load window that was looked at reads the same`;
  if (fitting.length > 1)
    return `it reads ${tables}, and ${fitting.length} statements of the load window do, so it cannot be told whose it is`;
  return `the same statement was executed here for a plan of its own, which is newer`;
}

/**
 * Gives the plan to the one statement of the window that reads the same tables, unless that was executed here for its plan already.
 * A plan that fits none, or several, is evidence of nothing: it becomes a row of missing evidence.
 */
export function adoptGivenPlan(scans: readonly QueryScan[], given: GivenPlan): QueryScan[] {
  const relations = relationsOf(given.plan);
  const fitting = isOfPostgres(given.plan)
    ? scans.flatMap(({ statements }) => statements).filter((scan) => readsTheSame(scan, relations))
    : [];
  const [one, ...others] = fitting;
  if (one === undefined || others.length > 0 || one.planSource === 'analyze') {
    const why = isOfPostgres(given.plan)
      ? whyUnused(relations, fitting)
      : `it is one of another engine (${given.plan.format}) than the statements of the load window`;
    const row = givenPlanUnused(given.name, why);
    return scans.map((scan, index) => (index === 0 ? { ...scan, missing: [...scan.missing, row] } : scan));
  }
  return scans.map((scan) => ({
    ...scan,
    statements: scan.statements.map((statement) => (statement === one ? adopted(statement, given) : statement)),
  }));
}
