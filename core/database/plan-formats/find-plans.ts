import { UnreadableInputError } from '../../model/errors.js';
import type { PlanFormat } from './format.js';
import { mysqlTree } from './mysql-tree.js';
import type { PlanLine, PlanText } from './plan-text.js';
import { postgresText } from './postgres-text.js';
import { planFormats, tellsPlan } from './registry.js';
import { csvCells } from './wrapping/csv.js';
import { jsonValues, parseJson, type JsonSpan } from './wrapping/json-values.js';
import { rowsOfLiterals } from './wrapping/literals.js';
import { isPrinted, printedValues } from './wrapping/printed-values.js';
import { unwrap } from './wrapping/unwrap.js';

/** One plan as its format gave it, not checked yet. */
export interface FoundPlan {
  format: PlanFormat;
  document: Record<string, unknown>;
}

export interface FoundPlans {
  plans: FoundPlan[];
  /** What could not be read of plans that stand beside these. */
  failures: UnreadableInputError[];
}

/** Rows, a record, a text and an array in it: what wraps a plan is never deeper. */
const mostLevels = 10;

/**
 * Finds the plans in what people paste: JSON of a server, rows of a driver, tables of psql and other clients, CSV, logs of auto_explain in the wrapping of
 * whatever carried them. A text without a plan gives none. Never throws UnreadableInputError itself, but gives it with what could be read.
 */
export function findPlans(text: string): FoundPlans {
  const found: FoundPlans = { plans: [], failures: [] };
  collectFromText(text, null, 0, found);
  return found;
}

function collectFromText(text: string, durationMs: number | null, level: number, found: FoundPlans): void {
  if (level > mostLevels) return;
  const records = recordsOf(text);
  if (records !== null) {
    collectFromValue(records.length === 1 ? records[0] : records, durationMs, level + 1, found);
    return;
  }
  const rows = rowsOfLiterals(text, tellsPlan);
  if (rows !== null) {
    collectFromText(rows.join('\n'), durationMs, level + 1, found);
    return;
  }
  if (isPrinted(text)) {
    collectPrinted(text, durationMs, level, found);
    return;
  }
  const cells = cellsWithPlans(text);
  if (cells.length > 0) {
    for (const cell of cells) collectFromText(cell, durationMs, level + 1, found);
    return;
  }
  for (const part of unwrap(text, tellsPlan)) collectFromPart({ ...part, durationMs: part.durationMs ?? durationMs }, level, found);
}

/** A plan in JSON that Python or Node read and printed in their own notation: `{'Plan': {'Node Type': 'Limit', 'Parallel Aware': False}}`. */
function collectPrinted(text: string, durationMs: number | null, level: number, found: FoundPlans): void {
  try {
    for (const value of printedValues(text)) collectFromValue(value, durationMs, level + 1, found);
  } catch (error) {
    if (!(error instanceof UnreadableInputError)) throw error;
    found.failures.push(error);
  }
}

/** A text that is JSON as a whole, or has a JSON object in every line. */
function recordsOf(text: string): unknown[] | null {
  const trimmed = text.trim().replace(/^\uFEFF/, '');
  const whole = parseJson(trimmed);
  if (whole !== undefined) return [whole];
  const lines = trimmed.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2 || !lines.every((line) => /^\{.*\}\s*,?$/.test(line.trim()))) return null;
  const values = lines.map((line) => parseJson(line.trim().replace(/,$/, '')));
  return values.every((value) => value !== undefined) ? values : null;
}

/** Cells of several lines: a whole plan in each. */
function cellsWithPlans(text: string): string[] {
  if (!/(?:^|[,\t\n])"/.test(text)) return [];
  return (csvCells(text) ?? []).filter((cell) => cell.includes('\n') && tellsPlan.test(cell));
}

function collectFromPart(whole: PlanText, level: number, found: FoundPlans): void {
  let part = collectValues(whole, level, found);
  if (part === null) return;
  for (const format of planFormats) {
    try {
      const documents = format.readText?.(part) ?? [];
      requireAllNodes(format, part, documents);
      found.plans.push(...documents.map((document) => ({ format, document })));
      if (documents.length === 0) continue;
      if (format.linesBeside === undefined) return;
      part = { ...part, lines: format.linesBeside(part) };
    } catch (error) {
      if (!(error instanceof UnreadableInputError)) throw error;
      found.failures.push(error);
      return;
    }
  }
}

/** Never a part of a plan: as many nodes as the text has. */
function requireAllNodes({ id, nodeMark, advice }: PlanFormat, { lines }: PlanText, documents: readonly Record<string, unknown>[]): void {
  if (nodeMark === undefined || documents.length === 0) return;
  const expected =
    lines
      .map(({ text }) => text)
      .join('\n')
      .match(nodeMark)?.length ?? 0;
  const read = documents.reduce((sum, document) => sum + nodesIn(JSON.stringify(document)), 0);
  if (read < expected) {
    throw new UnreadableInputError(
      `Expected a complete plan (${id}), but of ${expected} nodes in the text only ${read} have a place in its tree. Copy it again as it was printed, or take the output of ${advice}.`,
    );
  }
}

/** Plans in JSON between other lines. Gives what is left of the text when some of it tells a plan in another format; null when nothing is. */
function collectValues(part: PlanText, level: number, found: FoundPlans): PlanText | null {
  const { lines, durationMs } = part;
  const text = lines.map((line) => line.text).join('\n');
  const expected = nodesIn(text);
  if (!/[[{]/.test(text) || !text.includes('"')) return part;
  const before = found.plans.length;
  const values = jsonValues(text);
  for (const { value } of values) collectFromValue(value, durationMs, level + 1, found);
  const read = found.plans.slice(before).reduce((sum, { document }) => sum + nodesIn(JSON.stringify(document)), 0);
  if (read < expected) {
    found.failures.push(
      new UnreadableInputError(
        `Expected complete JSON of EXPLAIN (FORMAT JSON), but found JSON that ends before it is complete, or is broken: ${expected} nodes stand in the text, ${read} in what can be read. Copy it again as a whole.`,
      ),
    );
  }
  if (found.plans.length === before && expected === 0) return part;
  const rest = { ...part, lines: linesOutside(text, values, lines) };
  return rest.lines.some(({ text: line }) => postgresText.tells.test(line) || mysqlTree.tells.test(line)) ? rest : null;
}

/** The lines without the values in them: a line that holds a part of one is empty. */
function linesOutside(text: string, values: readonly JsonSpan[], lines: readonly PlanLine[]): PlanLine[] {
  let at = 0;
  return text.split('\n').map((line, index) => {
    const [from, end] = [at, at + line.length];
    at = end + 1;
    const isInside = values.some((value) => value.from <= end && value.end > from);
    return { number: lines[index]?.number ?? 0, text: isInside ? '' : line };
  });
}

function nodesIn(text: string): number {
  return text.match(/"Node Type"\s*:/g)?.length ?? 0;
}

function collectFromValue(value: unknown, durationMs: number | null, level: number, found: FoundPlans): void {
  if (level > mostLevels) return;
  if (typeof value === 'string') {
    if (tellsPlan.test(value)) collectFromText(value, durationMs, level + 1, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const records = value.filter(isRecord);
    const format = records.length === value.length ? planFormats.find((each) => each.readRows?.(records) != null) : undefined;
    const document = format?.readRows?.(records) ?? null;
    if (format !== undefined && document !== null) {
      found.plans.push({ format, document });
      return;
    }
  }
  const rows = textOfRows(value);
  if (rows !== null) {
    collectFromText(rows, durationMs, level + 1, found);
    return;
  }
  if (!Array.isArray(value)) {
    for (const format of planFormats) {
      const document = format.readObject?.({ ...value }) ?? null;
      if (document === null) continue;
      found.plans.push({ format, document: durationMs === null ? document : { Duration: durationMs, ...document } });
      return;
    }
  }
  for (const inner of Object.values(value)) collectFromValue(inner, durationMs, level + 1, found);
}

/** Rows of a driver, or records of a log, one line of a text in each: `[{"QUERY PLAN": "…"}, …]`, `[["…"], …]`, `{"log": "…"}`. */
function textOfRows(value: object): string | null {
  if (!Array.isArray(value) || value.length < 2) return null;
  const rows = value.map(withoutShells);
  const telling = rows.find((row) => tellingKey(row) !== null);
  const key = tellingKey(telling);
  if (key === null) return null;
  const lines = rows.map((row) => (typeof row === 'string' ? row : cellOf(row, key)));
  return lines.map((line) => line.replace(/\r?\n$/, '')).join('\n');
}

/** `[{ "stringValue": "…" }]` of the RDS data API: what has but one thing in it is that thing. */
function withoutShells(row: unknown): unknown {
  let inner = row;
  for (let level = 0; level < mostLevels && typeof inner === 'object' && inner !== null; level++) {
    const things: unknown[] = Object.values(inner);
    if (things.length !== 1 || !(Array.isArray(inner) || typeof things[0] === 'object')) break;
    inner = things[0];
  }
  return inner;
}

function tellingKey(row: unknown): string | null {
  if (typeof row === 'string') return tellsPlan.test(row) ? '' : null;
  if (typeof row !== 'object' || row === null) return null;
  return Object.entries(row).find(([, cell]) => typeof cell === 'string' && tellsPlan.test(cell))?.[0] ?? null;
}

function cellOf(row: unknown, key: string): string {
  const cell: unknown = typeof row === 'object' && row !== null ? Object.entries(row).find(([name]) => name === key)?.[1] : '';
  return typeof cell === 'string' ? cell : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
