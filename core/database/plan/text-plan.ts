type RawRecord = Record<string, unknown>;

const headLine =
  /^(\s*)(?:->\s+)?(.+?)\s+\((?:cost=([\d.]+)\.\.([\d.]+) rows=(\d+) width=\d+\)(?:\s+\()?)?(?:(never executed)|actual(?: time=([\d.]+)\.\.([\d.]+))? rows=([\d.]+) loops=(\d+))?\)?\s*$/;
const subplanLine = /^(\s*)((?:InitPlan|SubPlan) \d+.*|CTE .+)$/;

export function looksLikeTextPlan(text: string): boolean {
  return text.split('\n').some((line) => /\((?:cost=|actual )/.test(line) && headLine.test(line));
}

/** Turns the text format of EXPLAIN into the shape of the JSON format, as far as the analysis reads it. */
export function parseTextPlan(text: string): RawRecord {
  const document: RawRecord = {};
  const open: { indent: number; node: RawRecord }[] = [];
  let subplan: { indent: number; name: string } | null = null;
  for (const line of text.split('\n')) {
    const named = subplanLine.exec(line);
    if (named !== null) {
      subplan = { indent: named[1]?.length ?? 0, name: named[2] ?? '' };
      continue;
    }
    const head = /\((?:cost=|actual |never)/.test(line) && !/^\s*Worker \d+:/.test(line) ? headLine.exec(line) : null;
    if (head === null) {
      // What follows is of the whole statement, its Buffers, too.
      if (/^\s*(?:Planning|JIT):\s*$/.test(line)) open.length = 0;
      readDetail(line, open.at(-1)?.node ?? null, document);
      continue;
    }
    const indent = head[1]?.length ?? 0;
    while (open.length > 0 && (open.at(-1)?.indent ?? 0) >= indent) open.pop();
    const parent = open.at(-1)?.node ?? null;
    const node = nodeOf(head);
    if (parent === null) {
      // Whatever else follows belongs to another plan.
      if (document['Plan'] !== undefined) break;
      document['Plan'] = node;
    } else {
      placeBelow(parent, node, subplan !== null && subplan.indent < indent ? subplan.name : null);
    }
    subplan = null;
    open.push({ indent, node });
  }
  return document;
}

function placeBelow(parent: RawRecord, node: RawRecord, subplanName: string | null): void {
  if (subplanName !== null) {
    node['Subplan Name'] = subplanName;
    node['Parent Relationship'] = subplanName.startsWith('SubPlan') ? 'SubPlan' : 'InitPlan';
  }
  const children = parent['Plans'];
  if (Array.isArray(children)) children.push(node);
  else parent['Plans'] = [node];
}

function nodeOf(head: RegExpExecArray): RawRecord {
  const [, , title = '', , totalCost, planRows, never, , totalTime, rows, loops] = head;
  const node: RawRecord = { ...describeTitle(title) };
  if (totalCost !== undefined) node['Total Cost'] = Number(totalCost);
  if (planRows !== undefined) node['Plan Rows'] = Number(planRows);
  if (never !== undefined) Object.assign(node, { 'Actual Total Time': 0, 'Actual Rows': 0, 'Actual Loops': 0 });
  if (totalTime !== undefined) node['Actual Total Time'] = Number(totalTime);
  if (rows !== undefined) node['Actual Rows'] = Number(rows);
  if (loops !== undefined) node['Actual Loops'] = Number(loops);
  return node;
}

/** `Parallel Index Scan using orders_pkey on public.orders o`: type, index, relation, alias. */
function describeTitle(title: string): RawRecord {
  const cte = /^CTE Scan on ("[^"]+"|\S+)/.exec(title);
  if (cte !== null) return { 'Node Type': 'CTE Scan', 'CTE Name': unquote(cte[1] ?? '') };
  const bitmap = /^Bitmap Index Scan on (\S+)/.exec(title);
  if (bitmap !== null) return { 'Node Type': 'Bitmap Index Scan', 'Index Name': unquote(bitmap[1] ?? '') };
  const match = /^(.*?)(?: using ("[^"]+"|\S+))?(?: on ((?:"[^"]+"|[^\s".]+)(?:\.(?:"[^"]+"|[^\s".]+))?)(?: ("[^"]+"|\S+))?)?$/.exec(title);
  const node: RawRecord = nodeTypeOf(match?.[1] ?? title);
  if (match?.[2] !== undefined) node['Index Name'] = unquote(match[2]);
  if (match?.[3] !== undefined) {
    node['Relation Name'] = unquote(match[3].replace(/^(?:"[^"]+"|[^".]+)\./, ''));
    node['Alias'] = match[4] === undefined ? node['Relation Name'] : unquote(match[4]);
  }
  return node;
}

/** The text format writes strategy and join type into the name of the node. */
function nodeTypeOf(title: string): RawRecord {
  const plain = title.replace(/^(?:Parallel|Async) /, '').replace(/ Backward$/, '');
  if (/^(?:Finalize |Partial )?(?:Group|Hash|Mixed)?Aggregate$/.test(plain)) return { 'Node Type': 'Aggregate' };
  const join = /^(Nested Loop|Hash|Merge)(?: (Left|Right|Full|Semi|Anti|Right Semi|Right Anti))? Join$/.exec(plain);
  if (join === null) return { 'Node Type': plain };
  const [, method = '', type = 'Inner'] = join;
  return { 'Node Type': method === 'Nested Loop' ? method : `${method} Join`, 'Join Type': type };
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name;
}

const textKeys = new Set([
  'Filter',
  'Join Filter',
  'Index Cond',
  'Recheck Cond',
  'Hash Cond',
  'Merge Cond',
  'TID Cond',
  'Output',
  'Sort Key',
  'Group Key',
  'One-Time Filter',
  'Params Evaluated',
]);
const numberKeys = new Set([
  'Rows Removed by Filter',
  'Rows Removed by Index Recheck',
  'Rows Removed by Join Filter',
  'Heap Fetches',
  'Workers Planned',
  'Workers Launched',
]);

function readDetail(line: string, node: RawRecord | null, document: RawRecord): void {
  const match = /^\s*([A-Z][\w -]*?):\s+(.*?)\s*$/.exec(line);
  if (match === null) return;
  const [, key = '', value = ''] = match;
  if (key === 'Planning Time' || key === 'Execution Time') document[key] = Number.parseFloat(value);
  else if (key === 'Timing' && value.includes('Total')) document['JIT'] = { Timing: { Total: numberAfter(value, 'Total') } };
  else if (node !== null) readNodeDetail(node, key, value);
}

function readNodeDetail(node: RawRecord, key: string, value: string): void {
  const worker = /^Worker (\d+)$/.exec(key);
  if (worker !== null) addWorker(node, Number(worker[1]), value);
  else if (textKeys.has(key)) node[key] = value;
  else if (numberKeys.has(key)) node[key] = Number.parseFloat(value);
  else if (key === 'Sort Method') {
    const sort = /^(.*?)\s+(Memory|Disk): (\d+)kB/.exec(value);
    Object.assign(node, {
      'Sort Method': sort?.[1] ?? value,
      'Sort Space Type': sort?.[2] ?? 'Memory',
      'Sort Space Used': Number(sort?.[3] ?? 0),
    });
  } else if (key === 'Buffers') {
    const shared = /shared ((?:\w+=\d+ ?)+)/.exec(value)?.[1] ?? '';
    Object.assign(node, { 'Shared Hit Blocks': numberAfter(shared, 'hit') ?? 0, 'Shared Read Blocks': numberAfter(shared, 'read') ?? 0 });
    const temp = /temp ((?:\w+=\d+ ?)+)/.exec(value)?.[1] ?? '';
    Object.assign(node, { 'Temp Read Blocks': numberAfter(temp, 'read') ?? 0, 'Temp Written Blocks': numberAfter(temp, 'written') ?? 0 });
  } else if (key === 'Buckets' || key === 'Batches') {
    const batches = numberAfter(`${key}: ${value}`, 'Batches');
    if (batches !== null) node[key === 'Buckets' ? 'Hash Batches' : 'HashAgg Batches'] = batches;
    const disk = numberAfter(value, 'Disk Usage');
    if (disk !== null) node['Disk Usage'] = disk;
  } else if (key === 'Heap Blocks') {
    Object.assign(node, { 'Exact Heap Blocks': numberAfter(value, 'exact') ?? 0, 'Lossy Heap Blocks': numberAfter(value, 'lossy') ?? 0 });
  }
}

function addWorker(node: RawRecord, number: number, value: string): void {
  const actual = /actual time=[\d.]+\.\.([\d.]+) rows=[\d.]+ loops=(\d+)/.exec(value);
  if (actual === null) return;
  const worker = { 'Worker Number': number, 'Actual Total Time': Number(actual[1]), 'Actual Loops': Number(actual[2]) };
  const workers = node['Workers'];
  if (Array.isArray(workers)) workers.push(worker);
  else node['Workers'] = [worker];
}

function numberAfter(text: string, word: string): number | null {
  const match = new RegExp(`\\b${word}[:= ]\\s*([\\d.]+)`).exec(text);
  return match === null ? null : Number(match[1]);
}
