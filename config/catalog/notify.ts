/** Who is told of an incident: one of the registered notifiers, with its own fields. */
import { z } from 'zod';
import { notifiers } from '../../adapters/notifiers/registry.js';
import { byKind } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

export const notify = { service: { notify: z.array(byKind(notifiers)).optional() } } satisfies CatalogFragment;
