/** The alert hook: where it listens, and the secrets of the senders that are understood. */
import { isIP } from 'node:net';
import { z } from 'zod';
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

const address = text('an address or a network', 'write e.g. 10.0.0.5 or 10.0.0.0/24', (value) => {
  const [one = '', prefix] = value.split('/');
  const longest = isIP(one) === 6 ? 128 : 32;
  return isIP(one) !== 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest));
});

/** A proxy that asks people who they are (OIDC) says it in a header. It is known by where it comes from or by what only it knows. */
const identitySchema = mapping({
  header: text('the name of a header', 'write e.g. header: X-Forwarded-Email', (value) => /^[A-Za-z0-9-]+$/.test(value)),
  proxies: z.array(address, { error: 'a list of addresses' }).min(1, { error: 'at least one address' }).optional(),
  secret: secretRef.optional(),
}).refine(
  (identity) => 'proxies' in identity || 'secret' in identity,
  together('proxies or secret, or anybody could write the header', 'write e.g. proxies: [10.0.0.5]'),
);

const hookSchema = mapping({
  listen: listenAddress('listen', '127.0.0.1:8090').optional(),
  read: mapping({ bearer: secretRef }).optional(),
  identity: identitySchema.optional(),
  tls: mapping({ cert: text('the path of a certificate chain (PEM)', 'write e.g. cert: tls/hook.crt'), key: secretRef }).optional(),
  rateLimit: number('rateLimit', 1, 100_000, 'deliveries per second and source', 1000).optional(),
  sources: mapping(Object.fromEntries(alertSources.map(({ name }) => [name, sourceSchema.optional()]))).optional(),
});

export const hook = { top: { hook: hookSchema.optional() } } satisfies CatalogFragment;
