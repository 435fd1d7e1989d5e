/** The databases of a service: one of the registered engines each. */
import { z } from 'zod';
import { databaseEngines } from '../../adapters/databases/registry.js';
import { mapping, nameKey, oneOf, secretRef } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const databaseSchema = mapping({
  kind: oneOf(databaseEngines.map(({ kind }) => kind)),
  connection: secretRef,
  remedyConnection: secretRef.optional(),
});

export const databases = { service: { databases: z.record(nameKey, databaseSchema).optional() } } satisfies CatalogFragment;
