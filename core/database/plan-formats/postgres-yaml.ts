import { UnreadableInputError } from '../../model/errors.js';
import type { PlanFormat } from './format.js';
import { quoteLine, type PlanLine } from './plan-text.js';
import { postgresAdvice } from './postgres-json.js';
import { measuredInPostgres, readsOfPostgres, requireWholeTree } from './whole-tree.js';

interface YamlLine {
  column: number;
  isItem: boolean;
  key: string | null;
  scalar: string;
  source: PlanLine;
}

interface Cursor {
  lines: YamlLine[];
  at: number;
}

/** Plans of hundreds of levels are not met; what is deeper would exhaust the stack. */
const mostLevels = 2000;

export const postgresYaml: PlanFormat = {
  id: 'postgres-yaml',
  engine: 'postgres',
  tool: 'EXPLAIN (FORMAT YAML), auto_explain with log_format yaml',
  versions: '9.0 to 18',
  exactness: 'exact, as JSON',
  advice: postgresAdvice,
  tells: /^[\s"|-]*(?:Node Type: "|Plan: ?$)|\bNode Type: "/,
  nodeMark: /^ *(?:- )*Node Type: /gm,
  readText({ lines, durationMs }) {
    const first = lines.findIndex(({ text }) => /^\s*(?:- )?(?:Plan:|Query Text: )/.test(text));
    if (first < 0 || !lines.some(({ text }) => /^\s*(?:- )?Node Type: "/.test(text))) return [];
    const roots = readDocuments(lines.slice(first));
    for (const { Plan: root } of roots) if (isRecord(root)) requireWholeTree(root, readsOfPostgres, measuredInPostgres, postgresAdvice);
    return roots.map((root) => (durationMs === null ? root : { ...root, Duration: durationMs }));
  },
  linesBeside({ lines }) {
    let isInside = false;
    return lines.filter(({ text }) => {
      isInside =
        /^\s*(?:- )?Plan:\s*$/.test(text) || (isInside && (text.trim() === '' || /^\s*(?:- )?(?:[A-Z][\w/ -]*:(?:\s|$)|")/.test(text)));
      return !isInside;
    });
  },
};

/** The subset of YAML that PostgreSQL writes: mappings indented by blanks, lists with dashes, scalars as in JSON. */
function readDocuments(lines: readonly PlanLine[]): Record<string, unknown>[] {
  const cursor = { lines: lines.filter(({ text }) => text.trim() !== '').map(parseLine), at: 0 };
  const column = cursor.lines[0]?.column ?? 0;
  const top = readBlock(cursor, column, 0);
  return (Array.isArray(top) ? top : [top]).filter(isPlan);
}

function isPlan(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && 'Plan' in value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parseLine(source: PlanLine): YamlLine {
  const text = source.text.trimEnd();
  const column = text.length - text.trimStart().length;
  return { ...parseEntry(text.slice(column).replace(/^- /, '')), column, isItem: /^\s*- /.test(text), source };
}

function parseEntry(text: string): Pick<YamlLine, 'key' | 'scalar'> {
  const match = /^([A-Za-z][\w/ -]*):(?: (.*))?$/.exec(text.trimStart());
  return match === null ? { key: null, scalar: text.trim() } : { key: match[1] ?? '', scalar: match[2] ?? '' };
}

function readBlock(cursor: Cursor, column: number, level: number): unknown {
  const first = cursor.lines[cursor.at];
  if (level > mostLevels)
    throw new UnreadableInputError(`Expected a plan of at most ${mostLevels} levels, but found a deeper one. Is the file a plan?`);
  return first?.isItem === true ? readList(cursor, column, level) : readMapping(cursor, column, level);
}

function readList(cursor: Cursor, column: number, level: number): unknown[] {
  const items: unknown[] = [];
  for (let line = cursor.lines[cursor.at]; line?.column === column && line.isItem; line = cursor.lines[cursor.at]) {
    if (line.key === null) {
      items.push(scalarOf(line.scalar));
      cursor.at++;
    } else {
      // The first key of a mapping stands behind the dash.
      cursor.lines[cursor.at] = { ...line, isItem: false, column: column + 2 };
      items.push(readMapping(cursor, column + 2, level + 1));
    }
  }
  return items;
}

function readMapping(cursor: Cursor, column: number, level: number): Record<string, unknown> {
  const mapping: Record<string, unknown> = {};
  for (let line = cursor.lines[cursor.at]; line !== undefined && line.column >= column && !line.isItem; line = cursor.lines[cursor.at]) {
    if (line.column > column || line.key === null) {
      if (level === 0 && line.column === column) break;
      throw new UnreadableInputError(
        `Expected a plan in YAML, "Key: value" below the keys of its node, but got ${quoteLine(line.source)}. Copy the plan again as it was printed, or take FORMAT JSON.`,
      );
    }
    cursor.at++;
    const next = cursor.lines[cursor.at];
    const isNested = line.scalar === '' && next !== undefined && next.column > column;
    mapping[line.key] = isNested ? readBlock(cursor, next.column, level + 1) : scalarOf(line.scalar);
  }
  return mapping;
}

function scalarOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
