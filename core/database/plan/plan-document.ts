import { UnreadableInputError } from '../../model/errors.js';
import { parseRawPlan, type RawPlanDocument } from './raw-plan.js';
import { looksLikeTextPlan, parseTextPlan } from './text-plan.js';

export interface PlanDocument {
  format: 'postgres-json' | 'postgres-text';
  document: RawPlanDocument;
}

/**
 * Finds the plan in what people paste: bare JSON (array or object), rows of a driver (`[{"QUERY PLAN": …}]`), the table psql prints, a server
 * log with auto_explain, a line of the JSON log, or the text format. Of several plans the slowest is taken. Throws UnreadableInputError.
 */
export function findPlanDocument(text: string): PlanDocument {
  const cleaned = withoutTableFrame(text);
  for (const value of jsonValues(cleaned)) {
    const plan = planIn(value);
    if (plan !== null) return { format: 'postgres-json', document: parseRawPlan(plan) };
  }
  if (looksLikeTextPlan(cleaned)) return { format: 'postgres-text', document: parseRawPlan(parseTextPlan(cleaned)) };
  throw new UnreadableInputError(
    `Expected a PostgreSQL plan, but found ${whatCame(text.trim())}. Save the output of EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON) <statement> in a file and give that.`,
  );
}

function whatCame(text: string): string {
  if (text === '') return 'an empty text';
  const start = text.slice(0, 60).replace(/\s+/g, ' ');
  const isCutOff = /^[[{]/.test(text) && parseJson(text) === undefined && endOfJson(text, 0) === null;
  return `"${start}${text.length > 60 ? '…' : ''}"${isCutOff ? ', JSON that ends before it is complete' : ''}`;
}

/** psql frames each line with a leading blank and a trailing `+`, and adds a heading and a row count. */
function withoutTableFrame(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !/^\s*(QUERY PLAN|[-+]{3,}|\(\d+ rows?\))\s*$/.test(line))
    .map((line) => line.replace(/\s*\+$/, '').replace(/^\s*\|\s?/, ''))
    .join('\n');
}

/** The whole text when it is JSON; otherwise every JSON value that begins a line or follows `plan:`. */
function* jsonValues(text: string): Generator {
  const whole = parseJson(text.trim());
  if (whole !== undefined) {
    yield whole;
    return;
  }
  const found: { value: unknown; ms: number }[] = [];
  const starts = /(?:^|\n)\s*([[{])/g;
  for (let match = starts.exec(text); match !== null; match = starts.exec(text)) {
    const from = match.index + match[0].length - 1;
    const end = endOfJson(text, from);
    const value = end === null ? undefined : parseJson(text.slice(from, end));
    if (value === undefined || end === null) continue;
    found.push({ value, ms: rootMs(planIn(value)) });
    starts.lastIndex = end;
  }
  found.sort((a, b) => b.ms - a.ms);
  for (const { value } of found) yield value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Index behind the bracket that closes the one at `from`; null when the text ends before. */
function endOfJson(text: string, from: number): number | null {
  let depth = 0;
  let isString = false;
  for (let index = from; index < text.length; index++) {
    const character = text[index];
    if (isString) {
      if (character === '\\') index++;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === '[' || character === '{') depth++;
    else if ((character === ']' || character === '}') && --depth === 0) return index + 1;
  }
  return null;
}

/** Rows, a record, a text and an array in it: what wraps a plan is never deeper. */
const maxDepth = 8;

/** The object with the key `Plan`, inside arrays, rows of a driver, and log records whose message holds a plan. */
function planIn(value: unknown, depth = 0): object | null {
  if (depth > maxDepth || value === null || value === undefined) return null;
  if (typeof value === 'string') return planInText(value, depth);
  if (typeof value !== 'object') return null;
  if (Array.isArray(value)) return slowest(value.map((each) => planIn(each, depth + 1)));
  if ('Plan' in value) return value;
  return slowest(Object.values(value).map((each) => planIn(each, depth + 1)));
}

function planInText(text: string, depth: number): object | null {
  if (!text.includes('"Plan"')) return null;
  for (const value of jsonValues(text.slice(Math.max(0, text.search(/[[{]/))))) {
    const plan = planIn(value, depth + 1);
    if (plan !== null) return plan;
  }
  return null;
}

function slowest(plans: (object | null)[]): object | null {
  let best: object | null = null;
  for (const plan of plans) if (plan !== null && (best === null || rootMs(plan) > rootMs(best))) best = plan;
  return best;
}

function rootMs(document: object | null): number {
  if (document === null || !('Plan' in document)) return -1;
  const root: unknown = document.Plan;
  if (typeof root !== 'object' || root === null || !('Actual Total Time' in root)) return 0;
  return typeof root['Actual Total Time'] === 'number' ? root['Actual Total Time'] : 0;
}
