import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { UnreadableInputError } from '../core/model/errors.js';
import { explainIssue, problemAt, yamlProblems, yamlSource, type CatalogProblem, type CatalogSource } from './catalog-problems.js';
import { isRecord } from './catalog-fields.js';
import { catalogSchema, type CatalogDocument, type CatalogService } from './catalog-schema.js';
import type { CatalogFragment } from './catalog/fragment.js';
import { fragments } from './catalog/registry.js';

export interface Catalog extends CatalogDocument {
  /** Absolute path of the file; paths inside are relative to `directory`. */
  file: string;
  directory: string;
}

const checks = fragments.flatMap(({ problems }: CatalogFragment) => problems ?? []);

function emptyServiceProblems(source: CatalogSource): CatalogProblem[] {
  const services = isRecord(source.value) && isRecord(source.value['services']) ? source.value['services'] : {};
  return Object.entries(services).flatMap(([name, service]) =>
    isRecord(service) && isRecord(service['endpoints']) && Object.keys(service['endpoints']).length === 0
      ? [
          problemAt(source, ['services', name, 'endpoints'], {
            expected: 'at least one endpoint',
            came: 'none',
            fix: 'write e.g. search: { url: http://127.0.0.1:8080/search }',
          }),
        ]
      : [],
  );
}

/** Gives every service what `defaults` says and the service does not. Databases are merged by name, everything else as a whole. */
function withDefaults(document: CatalogDocument): CatalogDocument {
  // `load` of the defaults is merged per endpoint when a load is resolved.
  const { load, ...defaults } = document.defaults ?? {};
  const services = Object.entries(document.services).map(([name, service]): [string, CatalogService] => {
    const merged: CatalogService = { ...defaults, ...service };
    if (defaults.databases !== undefined && service.databases !== undefined)
      merged.databases = { ...defaults.databases, ...service.databases };
    return [name, merged];
  });
  return { ...document, defaults: load === undefined ? {} : { load }, services: Object.fromEntries(services) };
}

/**
 * Parses the text of a catalog. `file` is used for messages and as the base of relative paths.
 * Throws UnreadableInputError whose message lists every problem, one a line: file, line, what was expected, what came, what to do.
 */
export function parseCatalog(text: string, file: string): Catalog {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source = yamlSource(basename(file), document, lines, 'docs/catalog.md');
  if (document.errors.length === 0) source.value = document.toJS() as unknown;
  const parsed = document.errors.length === 0 ? catalogSchema.safeParse(source.value ?? {}) : null;
  const issues = parsed?.error?.issues.flatMap((issue) => explainIssue(source, issue)) ?? [];
  const crossChecks = [...emptyServiceProblems(source), ...checks.flatMap((problems) => problems(source))];
  const problems = [...yamlProblems(source, lines), ...issues, ...crossChecks].sort((left, right) => left.line - right.line);
  if (parsed?.success !== true || problems.length > 0) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    throw new UnreadableInputError(`${file}: the catalog has ${count}\n${problems.map((problem) => problem.text).join('\n')}`);
  }
  const absolute = resolve(file);
  return { ...withDefaults(parsed.data), file: absolute, directory: dirname(absolute) };
}

/** Reads and validates `responder.yaml`; see parseCatalog. A file that is not there is an UnreadableInputError too. */
export async function readCatalog(path: string): Promise<Catalog> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(
      `catalog: expected a service catalog at ${resolve(path)}, but it cannot be read (${reason}); write one or name it with --catalog FILE`,
      { cause: error },
    );
  }
  return parseCatalog(text, path);
}
