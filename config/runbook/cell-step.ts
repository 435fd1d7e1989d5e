import { parseDocument } from 'yaml';
import { findStepKind, stepKinds } from '../../adapters/runbook-steps/registry.js';
import { isRecord } from '../catalog-fields.js';
import { readAttributes } from './cell-attributes.js';
import type { Cell } from './markdown-cells.js';

/** Names under which Markdown knows a shell. */
const shells = ['sh', 'bash', 'zsh', 'shell'];

export interface CellStep {
  raw: Record<string, unknown>;
  /** The step that this cell undoes; null: it is a step itself. */
  rollbackOf: string | null;
}

export type CellReading = { ok: true; step: CellStep } | { ok: false; line: number; why: string };

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
  const kind = findStepKind(shells.includes(language) ? 'shell' : language);
  if (kind === null)
    return {
      ok: false,
      line: cell.line,
      why: `expected one of the kinds ${stepKinds.map((known) => known.kind).join(', ')} after the fence, got ${JSON.stringify(language)}`,
    };
  const body = cell.body.trim() === '' ? {} : kind.readCell(cell.body);
  if (typeof body === 'string') return { ok: false, line: cell.bodyLine, why: body };
  const twice = Object.keys(body).find((key) => key in attributes.values);
  if (twice !== undefined) return { ok: false, line: cell.line, why: `"${twice}" stands in the attributes and in the cell; write it once` };
  return { ok: true, step: taken({ ...attributes.values, ...body, kind: kind.kind }) };
}

/** A whole step as YAML; null: a snippet that only shows something. */
function fromYaml(cell: Cell): CellReading | null {
  const document = parseDocument(cell.body, { prettyErrors: false });
  const [error] = document.errors;
  const value = error === undefined ? (document.toJS({ maxAliasCount: 0 }) as unknown) : null;
  if (error !== undefined && /^[ \t]*(?:kind|id)\s*:/m.test(cell.body))
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
