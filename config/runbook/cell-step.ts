import { parseDocument } from 'yaml';
import { splitWords } from '../../core/command/runbook/split-words.js';
import { isRecord } from '../catalog-fields.js';
import { readAttributes } from './cell-attributes.js';
import type { Cell } from './markdown-cells.js';
import { stepKinds } from './step-fields.js';

/** Names under which Markdown knows a shell. */
const shells = ['sh', 'bash', 'zsh', 'shell'];

export interface CellStep {
  raw: Record<string, unknown>;
  /** The step that this cell undoes; null: it is a step itself. */
  rollbackOf: string | null;
}

export type CellReading = { ok: true; step: CellStep } | { ok: false; line: number; why: string };

/** A request as it goes over the wire: `POST http://…`, header lines, an empty line, the body. */
function requestOf(body: string): Record<string, unknown> | string {
  const [head = '', ...rest] = body.split(/\r?\n\r?\n/);
  const [first = '', ...headerLines] = head.split(/\r?\n/);
  const [method = '', url = '', ...more] = first.trim().split(/\s+/);
  if (url === '' || more.length > 0) return `expected METHOD ADDRESS in the first line, got ${JSON.stringify(first)}`;
  const headers: Record<string, string> = {};
  for (const line of headerLines) {
    const colon = line.indexOf(':');
    if (colon < 1) return `expected Name: value, got ${JSON.stringify(line)}`;
    headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
  }
  return { method, url, ...(headerLines.length > 0 ? { headers } : {}), ...(rest.length > 0 ? { body: rest.join('\n\n') } : {}) };
}

/** What the body of a cell is, by its kind. A text: why it is not. */
function fromBody(kind: string, body: string): Record<string, unknown> | string {
  const text = body.trim();
  if (text === '') return {};
  switch (kind) {
    case 'command':
    case 'kubectl':
    case 'redis': {
      if (text.includes('\n')) return 'expected one command; write one cell for each';
      const words = splitWords(text);
      if (!words.ok) return words.why;
      return { run: kind === 'command' || words.words[0] !== (kind === 'redis' ? 'redis-cli' : kind) ? words.words : words.words.slice(1) };
    }
    case 'shell':
      return { script: body };
    case 'sql':
      return { sql: text };
    case 'http': {
      const request = requestOf(text);
      return typeof request === 'string' ? request : { request };
    }
    case 'check':
      return { check: text };
    case 'load':
      return { endpoint: text };
    case 'wait':
      return { for: text };
    default:
      return { text };
  }
}

function taken(raw: Record<string, unknown>): CellStep {
  const { 'rollback-of': rollbackOf, name, ...rest } = raw;
  return {
    raw: name === undefined || 'id' in rest ? rest : { id: name, ...rest },
    rollbackOf: typeof rollbackOf === 'string' ? rollbackOf : null,
  };
}

function fromAttributes(cell: Cell): CellReading {
  const attributes = readAttributes(cell.attributes ?? '');
  if (!attributes.ok) return { ok: false, line: cell.line, why: attributes.why };
  const language = cell.language ?? '';
  const kind = shells.includes(language) ? 'shell' : language;
  if (!(stepKinds as readonly string[]).includes(kind))
    return {
      ok: false,
      line: cell.line,
      why: `expected one of the kinds ${stepKinds.join(', ')} after the fence, got ${JSON.stringify(language)}`,
    };
  const body = fromBody(kind, cell.body);
  if (typeof body === 'string') return { ok: false, line: cell.bodyLine, why: body };
  const twice = Object.keys(body).find((key) => key in attributes.values);
  if (twice !== undefined) return { ok: false, line: cell.line, why: `"${twice}" stands in the attributes and in the cell; write it once` };
  return { ok: true, step: taken({ ...attributes.values, ...body, kind }) };
}

/** A whole step as YAML; null: a snippet that only shows something. */
function fromYaml(cell: Cell): CellReading | null {
  const document = parseDocument(cell.body, { prettyErrors: false });
  const [error] = document.errors;
  const value = error === undefined ? (document.toJS({ maxAliasCount: 0 }) as unknown) : null;
  if (error !== undefined && /^\s*(?:kind|id)\s*:/m.test(cell.body))
    return {
      ok: false,
      line: cell.bodyLine,
      why: `expected a step as YAML, got something that cannot be read (${error.message.split('\n')[0] ?? error.code})`,
    };
  if (!isRecord(value) || (!('kind' in value) && !('id' in value))) return null;
  return { ok: true, step: taken(value) };
}

/** Of a recorded session only the lines after a prompt are commands; the rest is what they printed. */
function shownText(cell: Cell): string {
  if (cell.language !== 'console') return cell.body;
  const commands = cell.body.split('\n').filter((line) => /^\s*[$#]\s/.test(line));
  return commands.length === 0 ? cell.body : commands.map((line) => line.replace(/^\s*[$#]\s/, '')).join('\n');
}

/** Without attributes a cell is shown to a person, who says when it is done. It is never run. */
function asManual(cell: Cell, index: number): CellReading {
  return {
    ok: true,
    step: {
      raw: { id: `manual-${index + 1}`, title: shownText(cell).split('\n')[0]?.slice(0, 80), kind: 'manual', text: shownText(cell) },
      rollbackOf: null,
    },
  };
}

/** Null: the cell says nothing, and is no step. */
export function stepOfCell(cell: Cell, index: number): CellReading | null {
  if (cell.attributes !== null) return fromAttributes(cell);
  const whole = cell.language === 'yaml' || cell.language === 'yml' ? fromYaml(cell) : null;
  return whole ?? (cell.body.trim() === '' ? null : asManual(cell, index));
}
