/** The databases of a service: one of the registered engines each. */
import { z } from 'zod';
import { databaseEngines } from '../../adapters/databases/registry.js';
import { mapping, nameKey, oneOf, secretRef, text } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const databaseSchema = mapping({
  kind: oneOf(databaseEngines.map(({ kind }) => kind)),
  connection: secretRef,
  remedyConnection: secretRef.optional(),
  /** Show the values in conditions of plans. Without it they are redacted before anything is kept: they may be a customer's. */
  showLiterals: z.boolean().optional(),
  /** Of Redis: how keys begin that may be removed when it is full. Without one no removal is ever proposed. */
  dropPrefixes: z
    .array(
      text('how keys begin, at least three characters and no pattern', 'write e.g. dropPrefixes: ["cache:"]', (value) =>
        /^[^*?[\]\\]{3,200}$/.test(value),
      ),
    )
    .optional(),
});

export const databases = { service: { databases: z.record(nameKey, databaseSchema).optional() } } satisfies CatalogFragment;
