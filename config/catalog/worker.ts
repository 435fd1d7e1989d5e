/** The worker itself: where an orchestrator asks for its health. */
import { listenAddress, mapping } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const workerSchema = mapping({ health: listenAddress('health', '127.0.0.1:8091').optional() });

export const worker = { top: { worker: workerSchema.optional() } } satisfies CatalogFragment;
