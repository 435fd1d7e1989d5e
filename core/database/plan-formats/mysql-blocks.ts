/** JSON of MySQL and MariaDB: blocks of a query inside each other, named by their keys; a table is a leaf unless its rows come from another block. */

export type RawRecord = Record<string, unknown>;

/** What one of the two engines tells of a block: time of its own or with all below it (milliseconds over all loops), rows, costs. */
export interface BlockNumbers {
  ownMs?: number | undefined;
  inclusiveMs?: number | undefined;
  loops?: number | undefined;
  /** Per loop, after the condition. */
  rows?: number | undefined;
  rowsRemoved?: number | undefined;
  rowsEstimated?: number | undefined;
  /** Of the block itself, without what it reads. */
  ownCost?: number | undefined;
}

export type ReadNumbers = (key: string, block: RawRecord) => BlockNumbers;

const access: Partial<Record<string, string>> = {
  ALL: 'Table scan',
  index: 'Index scan',
  range: 'Index range scan',
  index_merge: 'Index merge',
  ref: 'Index lookup',
  ref_or_null: 'Index lookup',
  fulltext: 'Full-text lookup',
  eq_ref: 'Unique index lookup',
  const: 'Constant row',
  system: 'Constant row',
  unique_subquery: 'Unique index lookup',
  index_subquery: 'Index lookup',
};

const titles: Partial<Record<string, string>> = {
  query_block: 'Query block',
  nested_loop: 'Nested loop',
  ordering_operation: 'Sort',
  filesort: 'Sort',
  read_sorted_file: 'Read sorted rows',
  grouping_operation: 'Group',
  duplicates_removal: 'Remove duplicates',
  temporary_table: 'Temporary table',
  windowing: 'Window',
  buffer_result: 'Buffer result',
  materialized: 'Materialize',
  materialized_from_subquery: 'Materialize',
  union_result: 'Union',
  recursive_union: 'Recursive union',
  intersect_result: 'Intersect',
  except_result: 'Except',
  'block-nl-join': 'Block nested loop join',
  expression_cache: 'Subquery with cache',
};

/** Blocks that hold only numbers and names. */
const plain = new Set([
  'cost_info',
  'r_engine_stats',
  'used_columns',
  'possible_keys',
  'used_key_parts',
  'ref',
  'partitions',
  'r_partitions',
  'query_optimization',
]);
const mostLevels = 400;

/** The nodes of what stands under the keys of a block, in PostgreSQL's shape. */
export function nodesIn(block: RawRecord, numbers: ReadNumbers, level = 0): RawRecord[] {
  if (level > mostLevels) return [];
  return Object.entries(block).flatMap(([key, value]) => nodesUnder(key, value, numbers, level));
}

function nodesUnder(key: string, value: unknown, numbers: ReadNumbers, level: number): RawRecord[] {
  if (plain.has(key) || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    const children = value.filter(isRecord).flatMap((item) => nodesIn(item, numbers, level + 1));
    if (key === 'nested_loop') return children.length > 1 ? [withNumbers({ 'Node Type': 'Nested loop' }, children, {})] : children;
    return children.map((child) =>
      key.endsWith('subqueries') ? { ...child, 'Parent Relationship': 'SubPlan', 'Subplan Name': key } : child,
    );
  }
  if (!isRecord(value)) return [];
  const children = nodesIn(value, numbers, level + 1);
  if (key === 'table') return [withNumbers(describeTable(value), children, numbers(key, value))];
  const title = titles[key];
  // A block without a word for it, and without anything in it, is a property.
  if (title === undefined) return children;
  const joined = key === 'block-nl-join' && typeof value['join_type'] === 'string' ? { 'Join Type': value['join_type'] } : {};
  const sorted = typeof value['sort_key'] === 'string' ? { 'Sort Key': value['sort_key'] } : {};
  return [withNumbers({ 'Node Type': title, ...joined, ...sorted, ...conditionOf(value) }, children, numbers(key, value))];
}

function describeTable(table: RawRecord): RawRecord {
  const { table_name: name, access_type: kind, key, message } = table;
  if (typeof name !== 'string') return { 'Node Type': typeof message === 'string' ? message : 'No table' };
  const type = typeof kind === 'string' ? (access[kind] ?? kind) : 'Table access';
  const read = name.startsWith('<') ? { Alias: name } : { 'Relation Name': name, Alias: name };
  return { 'Node Type': type, ...read, ...(typeof key === 'string' ? { 'Index Name': key } : {}), ...conditionOf(table) };
}

function conditionOf(block: RawRecord): RawRecord {
  const condition = block['attached_condition'] ?? block['index_condition'] ?? block['having_condition'];
  return typeof condition === 'string' ? { Filter: condition } : {};
}

/** Times of a block and all below it: what it tells itself, or the sum. The clocks of the parts differ, so a sum may be more than what the whole tells. */
function withNumbers(node: RawRecord, children: RawRecord[], told: BlockNumbers): RawRecord {
  const sum = (key: string): number => children.reduce((total, child) => total + (typeof child[key] === 'number' ? child[key] : 0), 0);
  const below = children.reduce((total, child) => total + inclusiveOf(child), 0);
  const isMeasured = told.loops !== undefined || children.some((child) => child['Actual Loops'] !== undefined);
  const loops = told.loops ?? 1;
  const inclusiveMs = told.inclusiveMs === undefined ? below + (told.ownMs ?? 0) : Math.max(told.inclusiveMs, below);
  return {
    ...node,
    ...(told.rowsEstimated === undefined ? {} : { 'Plan Rows': told.rowsEstimated }),
    'Total Cost': (told.ownCost ?? 0) + sum('Total Cost'),
    ...(isMeasured ? { 'Actual Loops': loops, 'Actual Total Time': loops > 0 ? inclusiveMs / loops : 0 } : {}),
    ...(isMeasured && told.rows !== undefined ? { 'Actual Rows': told.rows } : {}),
    ...(told.rowsRemoved === undefined ? {} : { 'Rows Removed by Filter': told.rowsRemoved }),
    ...(children.length === 0 ? {} : { Plans: children }),
  };
}

function inclusiveOf(node: RawRecord): number {
  const { 'Actual Total Time': time, 'Actual Loops': loops } = node;
  return typeof time === 'number' && typeof loops === 'number' ? time * loops : 0;
}

export function isRecord(value: unknown): value is RawRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** MySQL writes costs and percentages as text. */
export function numeric(value: unknown): number | undefined {
  const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}
