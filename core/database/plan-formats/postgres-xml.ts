import { UnreadableInputError } from '../../model/errors.js';
import type { PlanFormat } from './format.js';
import { postgresAdvice } from './postgres-json.js';

interface Element {
  name: string;
  children: Element[];
  text: string;
}

export const postgresXml: PlanFormat = {
  id: 'postgres-xml',
  engine: 'postgres',
  tool: 'EXPLAIN (FORMAT XML), auto_explain with log_format xml',
  versions: '9.0 to 18',
  exactness: 'exact, as JSON',
  advice: postgresAdvice,
  tells: /<Node-Type>|<explain xmlns/,
  nodeMark: /<Node-Type>/g,
  readText({ lines, durationMs }) {
    const text = lines.map((line) => line.text).join('\n');
    if (!text.includes('<Node-Type>')) return [];
    return queriesOf(parseElements(text)).map((query) => ({
      ...documentOf(query),
      ...(durationMs === null ? {} : { Duration: durationMs }),
    }));
  },
  linesBeside: ({ lines }) => lines.filter(({ text }) => !/<\/?[A-Z][\w-]{0,60}>|<\/?explain\b/.test(text)),
};

const entities: Partial<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** A tree of hundreds of levels is no plan. */
const mostLevels = 2000;

/** Elements and texts; attributes, declarations and comments tell nothing of a plan. */
function parseElements(text: string): Element {
  const root: Element = { name: '', children: [], text: '' };
  const open = [root];
  const tags = /<(\/?)([A-Za-z_][\w.-]*)((?:[^<>\w.-][^<>]*)?)>|<[!?][^>]*>/g;
  // Without a `>` ahead every `<!` would be followed to the end of the text.
  const complete = text.slice(0, text.lastIndexOf('>') + 1);
  let from = 0;
  for (let tag = tags.exec(complete); tag !== null; tag = tags.exec(complete)) {
    const top = open.at(-1) ?? root;
    top.text += complete.slice(from, tag.index);
    from = tag.index + tag[0].length;
    const [, isEnd, name, attributes = ''] = tag;
    if (name === undefined) continue;
    if (isEnd === '/') close(open, name);
    else {
      const element: Element = { name, children: [], text: '' };
      top.children.push(element);
      if (!attributes.endsWith('/')) open.push(element);
      if (open.length > mostLevels) throw cutOff(`<${name}> below ${mostLevels} others`);
    }
  }
  if (open.length > 1) throw cutOff(`<${open.at(-1)?.name ?? ''}> without its end`);
  return root;
}

function close(open: Element[], name: string): void {
  if (open.length > 1 && open.at(-1)?.name === name) open.pop();
  else throw cutOff(`</${name}> that ends nothing`);
}

function cutOff(what: string): UnreadableInputError {
  return new UnreadableInputError(
    `Expected a complete plan of EXPLAIN (FORMAT XML), but got ${what}: a part of a plan would be told as the whole. Copy it again.`,
  );
}

/** The elements `Query`; auto_explain writes its content alone. */
function queriesOf(root: Element): Element[] {
  const found: Element[] = [];
  const visit = (element: Element): void => {
    if (element.children.some(({ name, children }) => name === 'Plan' && children.some((child) => child.name === 'Node-Type')))
      found.push(element);
    else element.children.forEach(visit);
  };
  visit(root);
  return found;
}

function documentOf(query: Element): Record<string, unknown> {
  return Object.fromEntries(query.children.map((child) => [keyOf(child), valueOf(child)]));
}

function keyOf({ name }: Element): string {
  return name.replaceAll('-', ' ');
}

const lists = new Set(['Plans', 'Workers', 'Triggers', 'Output', 'Sort-Key', 'Group-Key', 'Presorted-Key', 'Grouping-Sets', 'Options']);

function valueOf(element: Element): unknown {
  const { children, name } = element;
  if (lists.has(name) || children.some((child) => child.name === 'Item'))
    return children.map((child) => (child.name === 'Item' ? textOf(child) : documentOf(child)));
  if (children.length > 0) return documentOf(element);
  const text = textOf(element);
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(?:\.\d+)?$/.test(text) && !names.has(name) ? Number(text) : text;
}

/** What people named may consist of digits. */
const names = new Set([
  'Relation-Name',
  'Alias',
  'Index-Name',
  'CTE-Name',
  'Schema',
  'Filter',
  'Index-Cond',
  'Function-Name',
  'Subplan-Name',
  'Query-Text',
  'Item',
]);

function textOf({ text }: Element): string {
  return text.trim().replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return entities[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
