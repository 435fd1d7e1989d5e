/** How the service is profiled: by the profiler that fits, by one that is named, or by a profile that somebody else takes. */
import { z } from 'zod';
import { profilers, profileSources } from '../../adapters/profilers/registry.js';
import { mapping, oneOf, together } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const names = profilers.flatMap(({ name, otherNames }) => [name, ...(otherNames ?? [])]);
const fields = profileSources.map(({ field }) => field);

const elsewhere = mapping(Object.fromEntries(profileSources.map(({ field, schema }) => [field, schema.optional()]))).refine(
  (setting) => Object.keys(setting).length === 1,
  together(
    `exactly one of ${fields.join(', ')}`,
    `write e.g. ${profileSources.map(({ field, example }) => `profiler: { ${field}: ${example} }`)[0] ?? 'profiler: auto'}`,
  ),
);

export const profiler = { service: { profiler: z.union([oneOf(['auto', ...names]), elsewhere]).optional() } } satisfies CatalogFragment;
