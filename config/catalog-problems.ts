/** Turns problems of the schema into sentences with file and line. */
import { isMap, isNode, isPair, isScalar, isSeq, type Document, type LineCounter, type Node } from 'yaml';
import type { z } from 'zod';
import { isRecord, knownKeysPrefix } from './catalog-fields.js';
import { nearestName } from './nearest-name.js';

type Path = readonly PropertyKey[];

/** What problems are told about: a file of ours, its value, and where in it a path stands. */
export interface ProblemSource {
  file: string;
  value: unknown;
  lineOf: (path: Path) => number;
  /** Page whose example shows the right form. */
  docs: string;
}

export interface CatalogSource extends ProblemSource {
  document: Document.Parsed;
}

export interface CatalogProblem {
  line: number;
  /** `responder.yaml:12: services.shop…: expected …, got …; do this` */
  text: string;
}

function offsetOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

/** Line of the key (or list item) at the end of the path; of the nearest ancestor that is there when it is missing. */
function lineAt(document: Document.Parsed, lines: LineCounter, path: Path): number {
  let node: Node | null = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const step of path) {
    let next: unknown = null;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step));
      next = pair?.value ?? null;
      offset = offsetOf(pair?.key) ?? offset;
      if (pair === undefined) break;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      offset = offsetOf(next) ?? offset;
    }
    node = isNode(next) ? next : null;
  }
  return lines.linePos(offset).line;
}

export function yamlSource(file: string, document: Document.Parsed, lines: LineCounter, docs: string): CatalogSource {
  return { file, document, value: undefined, lineOf: (path) => lineAt(document, lines, path), docs };
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (current, step) => (Array.isArray(current) ? current[Number(step)] : isRecord(current) ? current[String(step)] : undefined),
    value,
  );
}

/** What came, short enough for one line. A value that may be a secret is told by its type only. */
function describe(value: unknown, secret: boolean): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isRecord(value)) return `a mapping with ${Object.keys(value).length === 0 ? 'no keys' : Object.keys(value).join(', ')}`;
  if (secret) return `a ${typeof value} that is not shown`;
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…"` : text;
}

function pathText(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`),
    '',
  );
}

function sentence(source: ProblemSource, path: Path, parts: { expected: string; came: string; fix: string }): CatalogProblem {
  const line = source.lineOf(path);
  const where = path.length === 0 ? '' : ` ${pathText(path)}:`;
  return { line, text: `${source.file}:${line}:${where} expected ${parts.expected}, got ${parts.came}; ${parts.fix}` };
}

function unknownKeyProblems(source: ProblemSource, path: Path, keys: string[], message: string): CatalogProblem[] {
  const known = message.startsWith(knownKeysPrefix) ? message.slice(knownKeysPrefix.length).split(', ') : [];
  return keys.map((key) => {
    const near = nearestName(key, known);
    return sentence(source, [...path, key], {
      expected: message,
      came: `the unknown key "${key}"`,
      fix: near === null ? 'remove it' : `did you mean "${near}"?`,
    });
  });
}

/** Of several forms, the one that was meant: whose inside is complained about, not its type; else the first. */
function meantForm(forms: z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const isInside = (issue: z.core.$ZodIssue): boolean =>
    issue.path.length > 0 || issue.code === 'unrecognized_keys' || (issue.code === 'custom' && issue.params?.['together'] === true);
  return forms.find((issues) => issues.some(isInside)) ?? forms[0] ?? [];
}

/** One problem of the schema; unknown keys give one each. */
export function explainIssue(source: ProblemSource, issue: z.core.$ZodIssue): CatalogProblem[] {
  if (issue.code === 'invalid_union') {
    return meantForm(issue.errors).flatMap((inner) => explainIssue(source, { ...inner, path: [...issue.path, ...inner.path] }));
  }
  if (issue.code === 'unrecognized_keys') return unknownKeyProblems(source, issue.path, issue.keys, issue.message);
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? issue.message;
    return [sentence(source, issue.path, { expected, came: `the key "${String(issue.path.at(-1))}"`, fix: 'rename it' })];
  }
  const params = issue.code === 'custom' && isRecord(issue.params) ? issue.params : {};
  const fix = typeof params['fix'] === 'string' ? params['fix'] : `write it as the example in ${source.docs} does`;
  const expected = issue.message
    .replace(/^Invalid input: expected (.*), received .*$/, 'a $1')
    .replace(/^a (?:record|object)$/, 'a mapping');
  const came = describe(valueAt(source.value, issue.path), params['secret'] === true);
  return [sentence(source, issue.path, { expected, came, fix })];
}

/** A problem found by comparing parts of the catalog with each other. */
export function problemAt(source: ProblemSource, path: Path, parts: { expected: string; came: string; fix: string }): CatalogProblem {
  return sentence(source, path, parts);
}

export function yamlProblems({ file, document }: CatalogSource, lines: LineCounter): CatalogProblem[] {
  return document.errors.map((error) => {
    const { line } = lines.linePos(error.pos[0]);
    const what = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? error.code;
    return { line, text: `${file}:${line}: expected YAML, got something that cannot be read (${what}); correct the line` };
  });
}
