export type RawRecord = Record<string, unknown>;

const name = String.raw`(?:"(?:[^"]|"")+"|[^\s".(]+)`;
const titled = new RegExp(String.raw`^(.+?)(?: using (${name}))?(?: on (${name}(?:\.${name})?)(?: (${name}))?)?$`);
/** What these read is no table, so that the name behind `on` is an alias at best, as in the JSON format. */
const withoutRelation = new Set([
  'Function Scan',
  'Table Function Scan',
  'Values Scan',
  'Subquery Scan',
  'WorkTable Scan',
  'Result',
  'Append',
]);
const operations = new Set(['Insert', 'Update', 'Delete', 'Merge']);

/** `Parallel Index Scan using orders_pkey on public.orders o`: the keys that the JSON format has for it. */
export function describeTitle(given: string): RawRecord {
  const title = asPrinted(given);
  const match = titled.exec(title);
  const node = nodeTypeOf(match?.[1] ?? title);
  const [, , index, target, alias] = match ?? [];
  const type = String(node['Node Type']);
  if (index !== undefined) node['Index Name'] = unquote(index);
  if (target === undefined) return node;
  const own = unquote(target.replace(new RegExp(`^${name}\\.(?=.)`), ''));
  if (type === 'Bitmap Index Scan') node['Index Name'] = own;
  else if (type === 'CTE Scan') Object.assign(node, { 'CTE Name': own, Alias: alias === undefined ? own : unquote(alias) });
  else if (type === 'Named Tuplestore Scan') Object.assign(node, { 'Tuplestore Name': own });
  else if (withoutRelation.has(type)) node['Alias'] = alias === undefined ? own : unquote(alias);
  else Object.assign(node, { 'Relation Name': own, Alias: alias === undefined ? own : unquote(alias) });
  return node;
}

/** The text format writes strategy, join type, operation and whether workers share the work into the name of the node. */
function nodeTypeOf(title: string): RawRecord {
  const parallel = /^Parallel /.test(title) ? { 'Parallel Aware': true } : {};
  const plain = title.replace(/^(?:Parallel |Async )+/, '').replace(/^(Index(?: Only)? Scan) Backward$/, '$1');
  return { ...parallel, ...(aggregateOf(plain) ?? setOperationOf(plain) ?? joinOf(plain) ?? changeOf(plain) ?? { 'Node Type': plain }) };
}

const strategies = { '': 'Plain', Group: 'Sorted', Hash: 'Hashed', Mixed: 'Mixed' } as const;

function aggregateOf(title: string): RawRecord | null {
  const match = /^(Finalize |Partial )?(Group|Hash|Mixed)?Aggregate$/.exec(title);
  if (match === null) return null;
  const strategy = match[2];
  return {
    'Node Type': 'Aggregate',
    Strategy: strategies[strategy === 'Group' || strategy === 'Hash' || strategy === 'Mixed' ? strategy : ''],
    'Partial Mode': match[1]?.trim() ?? 'Simple',
  };
}

function setOperationOf(title: string): RawRecord | null {
  const match = /^(Hash)?SetOp(?: (\S.*))?$/.exec(title);
  if (match === null) return null;
  return { 'Node Type': 'SetOp', Strategy: match[1] === undefined ? 'Sorted' : 'Hashed', Command: match[2] ?? '' };
}

function joinOf(title: string): RawRecord | null {
  if (title === 'Nested Loop') return { 'Node Type': title, 'Join Type': 'Inner' };
  const match = /^(Nested Loop|Hash|Merge)(?: (Left|Right|Full|Semi|Anti|Right Semi|Right Anti))? Join$/.exec(title);
  if (match === null) return null;
  const [, method = '', type = 'Inner'] = match;
  return { 'Node Type': method === 'Nested Loop' ? method : `${method} Join`, 'Join Type': type };
}

function changeOf(title: string): RawRecord | null {
  const foreign = /^Foreign (Insert|Update|Delete)$/.exec(title);
  if (foreign !== null) return { 'Node Type': 'Foreign Scan', Operation: foreign[1] };
  return operations.has(title) ? { 'Node Type': 'ModifyTable', Operation: title } : null;
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}

const knownTypes =
  /^(?:Parallel |Async |Partial |Finalize )*(?:Result|ProjectSet|(?:Insert|Update|Delete|Merge)(?: on .+)?|Merge Append|Append|Recursive Union|Bitmap(?:And|Or)|Nested Loop.*|(?:Hash|Merge)(?: \w+){0,2} Join|(?:Seq|Sample|Index|Index Only|Bitmap Index|Bitmap Heap|Tid|Tid Range|Subquery|Function|Table Function|Values|CTE|Named Tuplestore|WorkTable|Foreign) Scan.*|Foreign (?:Insert|Update|Delete).*|Custom Scan.*|Gather(?: Merge)?|Materialize|Memoize|(?:Incremental )?Sort|Group|(?:Group|Hash|Mixed)?Aggregate|WindowAgg|Unique|(?:Hash)?SetOp.*|LockRows|Limit|Hash)$/;

/** A title that PostgreSQL itself prints. Extensions add others, but never at the root without an arrow. */
export function isKnownTitle(title: string): boolean {
  return knownTypes.test(asPrinted(title));
}

/** Who retypes a plan writes `UPDATE on t` as in the statement. */
function asPrinted(title: string): string {
  return title.replace(/^(?:INSERT|UPDATE|DELETE|MERGE)(?= on )/, (word) => `${word.charAt(0)}${word.slice(1).toLowerCase()}`);
}
