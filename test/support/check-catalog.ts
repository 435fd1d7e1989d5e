import { parseCatalog, type Catalog } from '../../config/catalog.js';

/** A catalog of services whose keys are written in YAML flow style; every one gets an endpoint. */
export function catalogOf(services: Record<string, string>, top = '', directory = '/tmp'): Catalog {
  const written = Object.entries(services).map(
    ([name, keys]) =>
      `  ${name}: { endpoints: { e: { url: 'http://127.0.0.1:9/', budgets: { p95Ms: 250 } } }${keys === '' ? '' : `, ${keys}`} }`,
  );
  return parseCatalog(`version: 1\n${top}\nservices:\n${written.join('\n')}\n`, `${directory}/responder.yaml`);
}

export const never = new AbortController().signal;
