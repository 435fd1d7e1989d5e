import { basename } from 'node:path';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { checkRunbook, type Section } from '../../core/command/runbook/check-runbook.js';
import type { Runbook } from '../../core/command/runbook/runbook.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import { explainIssue, lineAt, problemAt, yamlProblems, type CatalogProblem, type CatalogSource } from '../catalog-problems.js';
import { runbookSchema, toRunbook } from './runbook-schema.js';

function refuse(file: string, problems: CatalogProblem[]): never {
  const sorted = [...problems].sort((left, right) => left.line - right.line);
  const count = sorted.length === 1 ? 'one problem' : `${sorted.length} problems`;
  throw new UnreadableInputError(`${file}: the runbook has ${count}\n${sorted.map((problem) => problem.text).join('\n')}`);
}

/** Aliases that unfold into millions of items are refused by the YAML library with a ReferenceError. */
function valueOf(document: Document.Parsed, source: CatalogSource, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 }) as unknown;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return refuse(file, [problemAt(source, [], { expected: 'at most 50 aliases', came: 'more', fix: 'write the values out' })]);
  }
}

/**
 * Reads the YAML of a runbook. Throws UnreadableInputError with every problem, one a line: file, line, what was expected, what came, what to do.
 */
export function parseRunbook(text: string, file: string): Runbook {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const source: CatalogSource = { file: basename(file), document, lines, value: undefined };
  if (document.errors.length > 0) refuse(file, yamlProblems(source));
  const value = valueOf(document, source, file);
  source.value = value;
  const parsed = runbookSchema.safeParse(value ?? {});
  if (!parsed.success)
    refuse(
      file,
      parsed.error.issues.flatMap((issue) => explainIssue(source, issue)),
    );
  const lineOf = (section: Section, index: number): number => lineAt(source, [section, index]);
  const runbook = toRunbook(parsed.data, lineOf);
  const problems = checkRunbook(runbook).map(({ path, ...parts }) => problemAt(source, path, parts));
  if (problems.length > 0) refuse(file, problems);
  return runbook;
}
