/** What may be applied after an approval; nothing outside this list ever is. */
import { z } from 'zod';
import { remedies as members } from '../../adapters/remedies/registry.js';
import { oneOf } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

/** What a mitigation does by a runbook is allowed by the same list. */
const byRunbook = ['rollback', 'restart', 'runbook'];
const allowed = [...new Set([...members.map(({ kind }) => kind), ...byRunbook])];

export const remedies = { service: { remedies: z.array(oneOf(allowed)).optional() } } satisfies CatalogFragment;
