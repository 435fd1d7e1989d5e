/** Reports and captures: how long and how much of them is kept. */
import { durationMs, mapping, sizeBytes, together } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const hourMs = 3_600_000;
const megabyte = 1_000_000;

const artifactsSchema = mapping({
  keep: durationMs('keep', hourMs, 3650 * 24 * hourMs, '30d').optional(),
  max: sizeBytes('max', 100 * megabyte, 1e15, '20GB').optional(),
}).refine((value) => Object.keys(value).length > 0, together('keep, max or both', 'write e.g. artifacts: { keep: 30d, max: 20GB }'));

export const artifacts = { top: { artifacts: artifactsSchema.optional() } } satisfies CatalogFragment;
