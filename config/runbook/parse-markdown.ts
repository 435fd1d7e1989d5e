import { LineCounter, parseDocument } from 'yaml';
import { isRecord } from '../catalog-fields.js';
import { yamlProblems, yamlSource, type CatalogProblem, type ProblemSource } from '../catalog-problems.js';
import { stepOfCell, type CellStep } from './cell-step.js';
import { takeApart, type Cell, type MarkdownParts } from './markdown-cells.js';
import { runbookApiVersion } from './runbook-schema.js';

type Section = 'preflight' | 'steps' | 'postcheck';

interface Placed {
  raw: Record<string, unknown>;
  line: number;
}

interface Assembled {
  value: Record<string, unknown>;
  sections: Record<Section, Placed[]>;
}

/** `checkout-api.md` → `checkout-api`, for a file that does not say its name. */
function nameOf(file: string): string {
  return (
    file
      .replace(/\.[^.]*$/, '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|(?<!-)-+$/g, '') || 'runbook'
  );
}

/** A file without front matter holds no cell that runs: it is a list of things for people to do, and cannot do harm. */
function head(parts: MarkdownParts, value: unknown, file: string): Record<string, unknown> {
  const title = parts.title ?? nameOf(file);
  if (parts.frontMatter === null) return { apiVersion: runbookApiVersion, name: nameOf(file), title, service: '*', risk: 'low' };
  return isRecord(value) ? { title, ...value } : { title };
}

function attachRollback(
  sections: Record<Section, Placed[]>,
  cell: Cell,
  { raw, rollbackOf }: CellStep,
  file: string,
): CatalogProblem | null {
  const step = Object.values(sections)
    .flat()
    .find((one) => one.raw['id'] === rollbackOf);
  const say = (text: string): CatalogProblem => ({ line: cell.line, text: `${file}:${cell.line}: ${text}` });
  if (step === undefined) return say(`expected rollback-of of a step above, got ${JSON.stringify(rollbackOf)}; name the id of a step`);
  if (step.raw['rollback'] !== undefined) return say(`step ${String(rollbackOf)} has a rollback already; write one`);
  step.raw['rollback'] = Object.fromEntries(Object.entries(raw).filter(([key]) => key !== 'id' && key !== 'title'));
  return null;
}

function place(parts: MarkdownParts, file: string): { sections: Record<Section, Placed[]>; problems: CatalogProblem[] } {
  const sections: Record<Section, Placed[]> = { preflight: [], steps: [], postcheck: [] };
  const problems: CatalogProblem[] = [];
  for (const [index, cell] of parts.cells.entries()) {
    // Where the file says what it does, an example in its prose is no step.
    if (cell.section === null && cell.attributes === null && parts.frontMatter !== null) continue;
    const reading = stepOfCell(cell, index);
    if (reading === null) continue;
    if (!reading.ok) {
      problems.push({ line: reading.line, text: `${file}:${reading.line}: ${reading.why}` });
      continue;
    }
    const { step } = reading;
    if (cell.section === 'rollback' || step.rollbackOf !== null) {
      // Prose of a rollback section that runs nothing is for people, who find it in the file.
      const isShown = step.rollbackOf === null && cell.attributes === null;
      const problem = isShown ? null : attachRollback(sections, cell, step, file);
      if (problem !== null) problems.push(problem);
    } else sections[cell.section ?? 'steps'].push({ raw: step.raw, line: cell.line });
  }
  return { sections, problems };
}

function noFrontMatter(parts: MarkdownParts, file: string): CatalogProblem[] {
  const running = parts.frontMatter === null ? parts.cells.find((cell) => cell.attributes !== null) : undefined;
  if (running === undefined) return [];
  return [
    {
      line: 1,
      text: `${file}:1: expected front matter (--- name, title, service, risk ---) before a cell that runs (line ${running.line}), got none; write it at the top`,
    },
  ];
}

/**
 * A Markdown runbook as the value that its YAML would have, with the place of everything in it. The prose is not read: it stays in the file byte
 * for byte.
 */
export function assembleMarkdown(text: string, file: string): { source: ProblemSource; problems: CatalogProblem[]; value: unknown } {
  const parts = takeApart(text);
  const lines = new LineCounter();
  const document = parseDocument(parts.frontMatter?.text ?? '', { lineCounter: lines, prettyErrors: false });
  const front = yamlSource(file, document, lines, 'docs/runbooks.md');
  const offset = (parts.frontMatter?.line ?? 1) - 1;
  const headValue = document.errors.length === 0 ? (document.toJS({ maxAliasCount: 50 }) as unknown) : null;
  const { sections, problems } = place(parts, file);
  const assembled: Assembled = { value: head(parts, headValue, file), sections };
  const value = {
    ...assembled.value,
    ...Object.fromEntries(Object.entries(sections).map(([section, placed]) => [section, placed.map((one) => one.raw)])),
  };
  const lineOf = (path: readonly PropertyKey[]): number => {
    const [section, index] = path;
    const placed = section === 'preflight' || section === 'steps' || section === 'postcheck' ? sections[section] : null;
    return placed === null ? front.lineOf(path) + offset : (placed[Number(index)]?.line ?? 1);
  };
  const unreadable = yamlProblems(front, lines).map(({ line, text: told }) => ({
    line: line + offset,
    text: told.replace(`:${line}:`, `:${line + offset}:`),
  }));
  return {
    source: { file, value, lineOf, docs: 'docs/runbooks.md' },
    problems: [...unreadable, ...noFrontMatter(parts, file), ...problems],
    value,
  };
}
