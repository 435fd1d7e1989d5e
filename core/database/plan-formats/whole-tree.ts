import { UnreadableInputError } from '../../model/errors.js';
import type { RawRecord } from './postgres-text/node-title.js';

/** How many nodes one reads at least, by what it is called; what is not listed may read none. */
export type Reads = (nodeType: string) => number;

/**
 * A text that was cut at its end is a tree in which a join reads one side, or a sort nothing: the time of what is missing would be told as that node's own.
 * Subplans and CTEs are no inputs. Throws UnreadableInputError.
 */
export function requireWholeTree(root: RawRecord, reads: Reads, advice: string): void {
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const below: RawRecord[] = Array.isArray(node['Plans']) ? (node['Plans'] as RawRecord[]) : [];
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
