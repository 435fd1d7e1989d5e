/** The catalog is composed of fragments: each brings keys, and what must hold between them. A new wing is one file here and one line in the registry. */
import type { z } from 'zod';
import type { CatalogProblem, CatalogSource } from '../catalog-problems.js';

export interface CatalogFragment {
  /** Keys at the top of the file. */
  top?: z.ZodRawShape;
  /** Keys of a service, which `defaults` may give for every service. */
  service?: z.ZodRawShape;
  /** Keys of an endpoint. */
  endpoint?: z.ZodRawShape;
  /** What the schema cannot say: compares parts of the document as it was written, so that it runs although something else is wrong. */
  problems?: (source: CatalogSource) => CatalogProblem[];
}

type Part = 'top' | 'service' | 'endpoint';

/** The keys that all fragments of a list bring for one part. */
type KeysOf<Which extends Part, List> = List extends readonly [infer First, ...infer Rest]
  ? (First extends Record<Which, infer Keys extends z.ZodRawShape> ? Keys : unknown) & KeysOf<Which, Rest>
  : unknown;

/** Two fragments with the same key would silently hide one another: that is a mistake of ours, told at once. */
export function keysOf<const List extends readonly CatalogFragment[], Which extends Part>(
  fragments: List,
  part: Which,
): KeysOf<Which, List> {
  const keys: Record<string, z.ZodType> = {};
  for (const fragment of fragments)
    for (const [key, schema] of Object.entries(fragment[part] ?? {})) {
      if (key in keys) throw new Error(`the catalog key ${key} is in two fragments`);
      keys[key] = schema as z.ZodType;
    }
  // The loop does for values what KeysOf says of their types.
  return keys as KeysOf<Which, List>;
}
