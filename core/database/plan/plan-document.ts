import { UnreadableInputError } from '../../model/errors.js';
import { findPlans, type FoundPlan } from '../plan-formats/find-plans.js';
import { isWithoutNumbers, nameForeign } from '../plan-formats/foreign.js';
import type { PlanFormat } from '../plan-formats/format.js';
import { planFormats } from '../plan-formats/registry.js';
import { measuredInPostgres, requireMeasurements } from '../plan-formats/whole-tree.js';
import { parseRawPlan, type RawPlanDocument, type RawPlanNode } from './raw-plan.js';

export interface PlanDocument {
  format: PlanFormat;
  document: RawPlanDocument;
  /** Plans in the same text that took less time. */
  others: number;
  /** Why further ones could not be read. */
  unread: string[];
}

/** The slowest plan in what people paste, in any known format and wrapping. Throws UnreadableInputError. */
export function findPlanDocument(text: string): PlanDocument {
  const { plans, failures } = findPlans(text);
  const readable: { format: PlanFormat; document: RawPlanDocument }[] = [];
  for (const plan of plans) {
    try {
      const document = parseRawPlan(withOldNames(plan));
      if (plan.format.engine === 'postgres') requireMeasurements(document.Plan, measuredInPostgres, plan.format.advice);
      readable.push({ format: plan.format, document });
    } catch (error) {
      if (!(error instanceof UnreadableInputError)) throw error;
      failures.push(error);
    }
  }
  if (readable.some(({ document }) => isBorrowed(document.Plan))) throw new UnreadableInputError(whyNone(text));
  const [slowest, ...others] = readable.sort((a, b) => weightOf(b.document) - weightOf(a.document));
  if (slowest !== undefined) return { ...slowest, others: others.length, unread: failures.map(({ message }) => message) };
  throw (nameForeign(text) === null ? failures[0] : undefined) ?? new UnreadableInputError(whyNone(text));
}

/** Engines that grew out of PostgreSQL print its plans with steps of their own, whose times are those of many machines. */
function isBorrowed(node: RawPlanNode): boolean {
  return (
    /^(?:XN|LD) |\bMotion\b|^Cluster (?:Gather|Reduce)|^Remote (?:Subquery Scan|Fast Query)|^Data Node Scan|^(?:Vector )?Streaming ?\(/.test(
      node['Node Type'],
    ) ||
    isOfCitus(node) ||
    (node.Plans ?? []).some(isBorrowed)
  );
}

/** Its nodes hold one of many tasks as text or as a document of their own, which would be left out. */
function isOfCitus(node: RawPlanNode): boolean {
  const provider = node['Custom Plan Provider'];
  return /^Custom Scan \(Citus /.test(node['Node Type']) || (typeof provider === 'string' && provider.startsWith('Citus '));
}

/** A log tells how long the statement took; before version 9.4 the sum had another name. */
function withOldNames({ document }: FoundPlan): Record<string, unknown> {
  const executionMs = document['Execution Time'] ?? document['Total Runtime'] ?? document['Duration'];
  return executionMs === undefined ? document : { ...document, 'Execution Time': executionMs };
}

/** Milliseconds where it was executed; estimates come after everything that was, by their cost. */
function weightOf({ Plan: root, 'Execution Time': executionMs }: RawPlanDocument): number {
  if (executionMs !== undefined) return executionMs;
  const loops = root['Actual Loops'];
  return loops === undefined ? -1 / (1 + (root['Total Cost'] ?? 0)) : (root['Actual Total Time'] ?? 0) * loops;
}

function whyNone(text: string): string {
  const foreign = nameForeign(text);
  if (foreign !== null) {
    return `Expected a plan of PostgreSQL, MySQL, MariaDB, SQLite or MongoDB, but this is one of ${foreign.name}, which is not read. ${foreign.remedy}`;
  }
  const advice = [...new Map(planFormats.map(({ engine, advice: command }) => [engine, command])).values()].join(' · ');
  if (isWithoutNumbers(text)) {
    return `Expected a plan with estimates or times, but this one has neither, as EXPLAIN (COSTS OFF) prints it: nothing in it can be judged. Run EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON) <statement>; it executes the statement.`;
  }
  return `Expected a query plan, but found ${whatCame(text.trim())}. Save the output of one of these in a file and give that: ${advice}.`;
}

function whatCame(text: string): string {
  if (text === '') return 'an empty text';
  const start = text.slice(0, 60).replace(/\s+/g, ' ');
  return `"${start}${text.length > 60 ? '…' : ''}"${/^[[{]/.test(text) && !isJson(text) ? ', JSON that ends before it is complete' : ''}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
