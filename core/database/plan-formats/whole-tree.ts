import { UnreadableInputError } from '../../model/errors.js';
import type { RawRecord } from './postgres-text/node-title.js';

/** How many nodes one reads at least, by what it is called; what is not listed may read none. */
export type Reads = (nodeType: string) => number;

/** Whether a node has its own measurements wherever the statement was executed. */
export type IsMeasured = (node: RawRecord) => boolean;

/**
 * A text that was cut at its end is a tree in which a join reads one side, or a sort nothing: the time of what is missing would be told as that node's own.
 * Subplans and CTEs are no inputs. Throws UnreadableInputError.
 */
export function requireWholeTree(root: RawRecord, reads: Reads, isMeasured: IsMeasured, advice: string): void {
  requireMeasurements(root, isMeasured, advice);
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const below = childrenOf(node);
    const type = String(node['Node Type']);
    const expected = reads(type);
    const inputs = below.filter((child) => child['Subplan Name'] === undefined).length;
    if (inputs < expected) {
      throw new UnreadableInputError(
        `Expected a complete plan, but "${type.slice(0, 80)}" reads ${inputs} of the ${expected} ${expected === 1 ? 'node' : 'nodes'} that such a node reads: the text was cut below it. ` +
          `A part of a plan would be told as the whole. Copy it again to its last line, or take the output of ${advice}.`,
      );
    }
    open.push(...below);
  }
}

/** Every node of an executed plan must have what the root has. Throws UnreadableInputError. */
export function requireMeasurements(root: RawRecord, isMeasured: IsMeasured, advice: string): void {
  // Without a time of its own (TIMING OFF) a node still counts its rounds.
  const measurement = ['Actual Total Time', 'Actual Loops'].find((key) => root[key] !== undefined);
  if (measurement === undefined) return;
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isMeasured(node) && node[measurement] === undefined) refuseUnmeasured(node, advice);
    open.push(...childrenOf(node));
  }
}

/** The server measures every node or none: what has no times here had them taken away, and they would be told as those of the node above. */
function refuseUnmeasured(node: RawRecord, advice: string): never {
  const relation = node['Relation Name'];
  const on = typeof relation === 'string' ? ` on ${relation.slice(0, 80)}` : '';
  throw new UnreadableInputError(
    `Expected measurements at every node, as the root has them, but "${String(node['Node Type']).slice(0, 80)}"${on} has none: the plan was shortened by hand. ` +
      `Its time would be told as that of the node above. Copy it as it was printed, or take the output of ${advice}.`,
  );
}

function childrenOf(node: RawRecord): RawRecord[] {
  return Array.isArray(node['Plans']) ? (node['Plans'] as RawRecord[]) : [];
}

/** `(actual …)` or `(never executed)`. */
export const measuredInPostgres: IsMeasured = () => true;

/** A step that only hands on (`Hash`) is printed without numbers; one that reads a table is not. What is printed elsewhere is measured there. */
export const measuredInMysql: IsMeasured = (node) =>
  childrenOf(node).length === 0 &&
  node['Total Cost'] === undefined &&
  !/^(?:Materialize|Zero rows|Rows fetched)/.test(String(node['Node Type']));

const twoOfPostgres = /^(?:Nested Loop|Hash Join|Merge Join|Recursive Union|BitmapAnd|BitmapOr)$/;
const oneOfPostgres =
  /^(?:Limit|Sort|Incremental Sort|Hash|Materialize|Memoize|Unique|Aggregate|Group|WindowAgg|SetOp|LockRows|Gather|Gather Merge|ProjectSet|Subquery Scan|Bitmap Heap Scan|ModifyTable)$/;

/** https://github.com/postgres/postgres/blob/master/src/backend/commands/explain.c */
export const readsOfPostgres: Reads = (type) => (twoOfPostgres.test(type) ? 2 : oneOfPostgres.test(type) ? 1 : 0);

/** https://github.com/mysql/mysql-server/blob/trunk/sql/join_optimizer/explain_access_path.cc */
export const readsOfMysql: Reads = (type) =>
  /^(?:Nested loop|(?:Batched|Inner|Left|Full) .*hash|Hash) .*join/i.test(type)
    ? 2
    : /^(?:Filter|Sort|Limit|Limit\/Offset)\b/.test(type)
      ? 1
      : 0;
