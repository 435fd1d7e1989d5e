/** How the service is profiled. */
import { z } from 'zod';
import { httpUrl, mapping, oneOf, text, together } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const profilerMapping = mapping({
  pprofUrl: httpUrl.optional(),
  file: text('the path of a profile', 'write e.g. { file: captures/shop.folded }').optional(),
}).refine(
  (setting) => Object.keys(setting).length === 1,
  together('either pprofUrl or file', 'write e.g. profiler: { pprofUrl: http://127.0.0.1:6060 }'),
);

export const profiler = {
  service: { profiler: z.union([oneOf(['auto', 'node', 'node-inspector']), profilerMapping]).optional() },
} satisfies CatalogFragment;
