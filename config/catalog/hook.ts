/** The alert hook: where it listens, and the secrets of the senders that are understood. */
import { alertSources } from '../../client/hook/sources/registry.js';
import { listenAddress, mapping, number, oneOf, secretRef, text, together } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const sourceSchema = mapping({
  bearer: secretRef.optional(),
  hmac: secretRef.optional(),
  timestamp: oneOf(['required', 'accepted']).optional(),
}).refine(
  (source) => 'bearer' in source || 'hmac' in source,
  together('bearer or hmac, with a reference to a secret', 'write e.g. { bearer: { env: ALERTMANAGER_TOKEN } }'),
);

const hookSchema = mapping({
  listen: listenAddress('listen', '127.0.0.1:8090').optional(),
  read: mapping({ bearer: secretRef }).optional(),
  tls: mapping({ cert: text('the path of a certificate chain (PEM)', 'write e.g. cert: tls/hook.crt'), key: secretRef }).optional(),
  rateLimit: number('rateLimit', 1, 100_000, 'deliveries per second and source', 1000).optional(),
  sources: mapping(Object.fromEntries(alertSources.map(({ name }) => [name, sourceSchema.optional()]))).optional(),
});

export const hook = { top: { hook: hookSchema.optional() } } satisfies CatalogFragment;
