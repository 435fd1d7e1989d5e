import { LineCounter, parseDocument } from 'yaml';
import { isRecord } from '../catalog-fields.js';

export type CellAttributes = { ok: true; values: Record<string, unknown> } | { ok: false; why: string };

/** `name=value`, `name="a value"`; a value without quotes is read as YAML reads it. */
const pair = /\s*([A-Za-z][\w-]*)=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s'"{}]+)/y;

function fromPairs(text: string): CellAttributes {
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  pair.lastIndex = 0;
  let end = 0;
  for (let match = pair.exec(text); match !== null; match = pair.exec(text)) {
    end = pair.lastIndex;
    const [, key = '', raw = ''] = match;
    if (key in values) return { ok: false, why: `the key "${key}" comes twice` };
    values[key] = parseDocument(raw).toJS() as unknown;
  }
  const rest = text.slice(end).trim();
  return rest === ''
    ? { ok: true, values: { ...values } }
    : { ok: false, why: `expected key=value or { key: value }, got ${JSON.stringify(rest.slice(0, 60))}` };
}

/** The whole `{ … }` is one YAML mapping: other tools stop at the first brace and lose the rest in silence. */
export function readAttributes(text: string): CellAttributes {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return fromPairs(trimmed);
  const document = parseDocument(trimmed, { prettyErrors: false, lineCounter: new LineCounter(), uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) return { ok: false, why: `the attributes cannot be read: ${error.message.split('\n')[0] ?? error.code}` };
  const value = document.toJS({ maxAliasCount: 0 }) as unknown;
  return isRecord(value) ? { ok: true, values: value } : { ok: false, why: 'expected { key: value }' };
}
