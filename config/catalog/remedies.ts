/** What may be applied after an approval; nothing outside this list ever is. */
import { z } from 'zod';
import { runbookRemedies } from '../../adapters/remedies/by-runbook.js';
import { remedies as members } from '../../adapters/remedies/registry.js';
import { oneOf } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

export const remedies = {
  service: { remedies: z.array(oneOf([...members, ...runbookRemedies].map(({ kind }) => kind))).optional() },
} satisfies CatalogFragment;
