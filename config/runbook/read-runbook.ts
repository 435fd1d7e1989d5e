import { basename } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { stepKindOf } from '../../adapters/runbook-steps/registry.js';
import { checkRunbook, type Section } from '../../core/command/runbook/check-runbook.js';
import type { Runbook } from '../../core/command/runbook/runbook.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import { explainIssue, problemAt, yamlProblems, yamlSource, type CatalogProblem, type ProblemSource } from '../catalog-problems.js';
import { assembleMarkdown } from './parse-markdown.js';
import { runbookSchema, toRunbook } from './runbook-schema.js';

function refuse(file: string, problems: readonly CatalogProblem[]): never {
  const sorted = [...problems].sort((left, right) => left.line - right.line);
  const count = sorted.length === 1 ? 'one problem' : `${sorted.length} problems`;
  throw new UnreadableInputError(`${file}: the runbook has ${count}\n${sorted.map((problem) => problem.text).join('\n')}`);
}

interface Assembly {
  source: ProblemSource;
  problems: CatalogProblem[];
}

function assembleYaml(text: string, file: string): Assembly {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const source = yamlSource(basename(file), document, lines, 'docs/runbooks.md');
  if (document.errors.length > 0) return { source, problems: yamlProblems(source, lines) };
  try {
    source.value = (document.toJS({ maxAliasCount: 50 }) as unknown) ?? {};
    return { source, problems: [] };
  } catch (error) {
    // Aliases that unfold into millions of items are refused by the YAML library so.
    if (!(error instanceof ReferenceError)) throw error;
    return { source, problems: [problemAt(source, [], { expected: 'at most 50 aliases', came: 'more', fix: 'write the values out' })] };
  }
}

/**
 * Reads a runbook: Markdown by its file's name (`.md`), else YAML. Throws UnreadableInputError with every problem, one a line: file, line, what was
 * expected, what came, what to do.
 */
export function parseRunbook(text: string, file: string): Runbook {
  const isMarkdown = /\.(?:md|markdown)$/i.test(file);
  const { source, problems } = isMarkdown ? assembleMarkdown(text, basename(file)) : assembleYaml(text, file);
  if (problems.length > 0) refuse(file, problems);
  const parsed = runbookSchema.safeParse(source.value);
  if (!parsed.success)
    refuse(
      file,
      parsed.error.issues.flatMap((issue) => explainIssue(source, issue)),
    );
  const lineOf = (section: Section, index: number): number => source.lineOf([section, index]);
  const runbook = toRunbook(parsed.data, lineOf);
  const misfits = checkRunbook(runbook, stepKindOf).map(({ path, ...parts }) => problemAt(source, path, parts));
  if (misfits.length > 0) refuse(file, misfits);
  return runbook;
}
