import fc from 'fast-check';

/** A plan as PostgreSQL's JSON format has it, with what the text format prints of it. Times are per loop, in milliseconds with three decimals. */
export interface PrintedNode {
  /** The line of the text format without its numbers. */
  title: string;
  json: Record<string, unknown>;
  details: [key: string, value: string][];
  children: PrintedNode[];
  subplan: string | null;
}

const names = fc.constantFrom('orders', 'customers', '"Odd Name"', 't', '"say ""hi"""', 'größe');
const conditions = fc.constantFrom(
  '(id > 5)',
  "(note = '->  Seq Scan on x  (cost=1.00..2.00 rows=1 width=4)'::text)",
  "(a ~~ '%+'::text)",
  "((b = 'x | y'::text) AND (c < 7))",
);

const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

interface Shape {
  kind: 'scan' | 'index' | 'sort' | 'aggregate' | 'join' | 'limit' | 'function';
  name: string;
  condition: string;
  loops: number;
  rows: number;
  selfUs: number;
  children: Shape[];
  subplans: Shape[];
}

/** At most four levels, so that hundreds of them are printed and read in a second. */
const shape = fc.memo((levels): fc.Arbitrary<Shape> => {
  const below = levels <= 1 ? fc.constant<Shape[]>([]) : fc.array(shape(levels - 1), { maxLength: 2 });
  const subplans = levels <= 1 ? fc.constant<Shape[]>([]) : fc.array(shape(1), { maxLength: 1 });
  return fc.record({
    kind: fc.constantFrom<Shape['kind']>('scan', 'index', 'sort', 'aggregate', 'join', 'join', 'limit', 'function'),
    name: names,
    condition: conditions,
    loops: fc.constantFrom(1, 1, 1, 3, 250),
    rows: fc.nat({ max: 100_000 }),
    selfUs: fc.nat({ max: 90_000 }),
    children: below,
    subplans,
  });
});

const leaves = new Set(['scan', 'index', 'function']);

/** Builds the node so that it takes its own time and that of all below it. Loops multiply downwards, as in a nested loop. */
function build(drawn: Shape, outerLoops: number, counter: { subplans: number }, relationship: string | null): PrintedNode {
  // What reads others reads at least one.
  const from: Shape = drawn.children.length === 0 && !leaves.has(drawn.kind) ? { ...drawn, kind: 'scan' } : drawn;
  const loops = Math.min(outerLoops * from.loops, 5000);
  const kids = leaves.has(from.kind) ? [] : from.children.slice(0, from.kind === 'join' ? 2 : 1);
  const children = kids.map((child, index) => build(child, loops, counter, index === 0 ? 'Outer' : 'Inner'));
  const subplans = from.subplans.map((child) => {
    const name = `SubPlan ${++counter.subplans}`;
    const built = build(child, loops, counter, 'SubPlan');
    return { ...built, subplan: name, json: { ...built.json, 'Subplan Name': name } };
  });
  const all: PrintedNode[] = [...children, ...subplans];
  const belowUs = all.reduce(
    (sum, { json }) => sum + Math.round(Number(json['Actual Total Time']) * 1000) * Number(json['Actual Loops']),
    0,
  );
  const perLoopUs = Math.ceil(belowUs / loops) + from.selfUs;
  const { title, json, details } = describe(from);
  const numbers = {
    'Startup Cost': 0.5,
    'Total Cost': 10 + from.rows,
    'Plan Rows': from.rows,
    'Plan Width': 8,
    'Actual Startup Time': 0,
    'Actual Total Time': perLoopUs / 1000,
  };
  const counted = { 'Actual Rows': from.rows, 'Actual Loops': loops };
  const place = relationship === null ? {} : { 'Parent Relationship': relationship };
  return { title, json: { ...json, ...place, ...numbers, ...counted }, details, children: all, subplan: null };
}

function describe({ kind, name, condition, children }: Shape): Pick<PrintedNode, 'title' | 'json' | 'details'> {
  const relation = { 'Relation Name': unquoted(name), Alias: 'a' };
  const filter: [string, string][] = [['Filter', condition]];
  switch (kind) {
    case 'scan':
      return { title: `Seq Scan on ${name} a`, json: { 'Node Type': 'Seq Scan', ...relation, Filter: condition }, details: filter };
    case 'index':
      return {
        title: `Index Scan using ${name} on public.${name} a`,
        json: { 'Node Type': 'Index Scan', 'Index Name': unquoted(name), ...relation, 'Index Cond': condition },
        details: [['Index Cond', condition]],
      };
    case 'function':
      return { title: 'Function Scan on generate_series a', json: { 'Node Type': 'Function Scan', Alias: 'a' }, details: [] };
    case 'sort':
      return {
        title: 'Sort',
        json: { 'Node Type': 'Sort', 'Sort Method': 'external merge', 'Sort Space Used': 4096, 'Sort Space Type': 'Disk' },
        details: [['Sort Method', 'external merge  Disk: 4096kB']],
      };
    case 'aggregate':
      return { title: 'HashAggregate', json: { 'Node Type': 'Aggregate', Strategy: 'Hashed' }, details: [['Group Key', 'a.id']] };
    case 'limit':
      return { title: 'Limit', json: { 'Node Type': 'Limit' }, details: [] };
    case 'join':
      return children.length < 2
        ? { title: 'Materialize', json: { 'Node Type': 'Materialize' }, details: [] }
        : { title: 'Nested Loop Left Join', json: { 'Node Type': 'Nested Loop', 'Join Type': 'Left' }, details: [] };
  }
}

/** Plans of one process whose times fit together. */
export const randomPlan: fc.Arbitrary<PrintedNode> = shape(4).map((from) => build({ ...from, loops: 1 }, 1, { subplans: 0 }, null));

function jsonOf(node: PrintedNode): Record<string, unknown> {
  return { ...node.json, ...(node.children.length === 0 ? {} : { Plans: node.children.map(jsonOf) }) };
}

export function documentOf(node: PrintedNode): Record<string, unknown> {
  return { Plan: jsonOf(node), 'Planning Time': 0.123, Triggers: [], 'Execution Time': 99999.5 };
}

export function printJson(node: PrintedNode): string {
  return JSON.stringify([documentOf(node)], null, 2);
}

export function printText(node: PrintedNode): string {
  return [...textLines(node, 0), 'Planning Time: 0.123 ms', 'Execution Time: 99999.500 ms'].join('\n');
}

/** ExplainNode: a node's details stand two columns behind its title, the arrows of its children as deep, those of a subplan two deeper than its header. */
function textLines({ title, json, details, children }: PrintedNode, column: number, isRoot = true): string[] {
  const rows = Number(json['Plan Rows']);
  const ms = Number(json['Actual Total Time']).toFixed(3);
  const numbers = `(cost=0.50..${(10 + rows).toFixed(2)} rows=${rows} width=8) (actual time=0.000..${ms} rows=${Number(json['Actual Rows'])} loops=${Number(json['Actual Loops'])})`;
  const own = isRoot ? column : column + 4;
  const lines = [`${' '.repeat(column)}${isRoot ? '' : '->  '}${title}  ${numbers}`];
  for (const [key, value] of details) lines.push(`${' '.repeat(own + 2)}${key}: ${value}`);
  for (const child of children) {
    if (child.subplan !== null) lines.push(`${' '.repeat(own + 2)}${child.subplan}`);
    lines.push(...textLines(child, child.subplan === null ? own + 2 : own + 4, false));
  }
  return lines;
}

export function printYaml(node: PrintedNode): string {
  return yamlLines([documentOf(node)], 0).join('\n');
}

function yamlLines(value: unknown, column: number): string[] {
  const indent = ' '.repeat(column);
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      if (typeof item !== 'object') return [`${indent}- ${JSON.stringify(item)}`];
      const [first = '', ...rest] = yamlLines(item, column + 2);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  return Object.entries(value as object).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? [`${indent}${key}: `, ...yamlLines(inner, column + 2)]
      : [`${indent}${key}: ${JSON.stringify(inner)}`],
  );
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export function printXml(node: PrintedNode): string {
  const lines = xmlLines('Query', documentOf(node), 2);
  return ['<explain xmlns="http://www.postgresql.org/2009/explain">', ...lines, '</explain>'].join('\n');
}

function xmlLines(key: string, value: unknown, column: number): string[] {
  const indent = ' '.repeat(column);
  const tag = key.replaceAll(' ', '-');
  if (typeof value !== 'object' || value === null) return [`${indent}<${tag}>${escaped(String(value))}</${tag}>`];
  const inner: [string, unknown][] = Array.isArray(value) ? value.map((item: unknown) => ['Plan', item]) : Object.entries(value);
  return [`${indent}<${tag}>`, ...inner.flatMap(([name, each]) => xmlLines(name, each, column + 2)), `${indent}</${tag}>`];
}

export const printers = { json: printJson, text: printText, yaml: printYaml, xml: printXml } as const;
