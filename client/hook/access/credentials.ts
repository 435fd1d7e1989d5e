import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { resolve } from 'node:path';
import type { Catalog } from '../../../config/catalog.js';
import { tryReadSecret, type SecretRef } from '../../../config/secret.js';
import { alertSources } from '../sources/registry.js';

export interface SourceCredentials {
  bearer: string | null;
  hmac: string | null;
  /** A signature without a time is not accepted. */
  needsTimestamp: boolean;
}

/** Secrets of the hook by source. They are read for every request, so that a rotated file counts at once. A source without a secret is off. */
export type HookCredentials = ReadonlyMap<string, SourceCredentials>;

/** Of a source that is off. */
export const noCredentials: SourceCredentials = { bearer: null, hmac: null, needsTimestamp: false };

/** `RESPONDER_HOOK_TOKEN` and `RESPONDER_HOOK_SECRET`, or what `dev` made. They are valid for every source when the catalog names none. */
const defaultReferences = { bearer: { env: 'RESPONDER_HOOK_TOKEN' }, hmac: { env: 'RESPONDER_HOOK_SECRET' } };

/** Null when the catalog names none, or it is not there. */
export function readSecretOf(catalog: Catalog, reference: SecretRef | undefined): string | null {
  if (reference === undefined) return null;
  return tryReadSecret('file' in reference ? { file: resolve(catalog.directory, reference.file) } : reference);
}

/** `madeToken` is the bearer token that `dev` made for a catalog without any secret. */
export function readHookCredentials(catalog: Catalog, madeToken: string | null): HookCredentials {
  const configured = catalog.hook?.sources;
  const of = (source: string): SourceCredentials => {
    const references = configured === undefined ? defaultReferences : configured[source];
    const bearer = readSecretOf(catalog, references?.bearer);
    const hmac = readSecretOf(catalog, references?.hmac);
    const needsTimestamp = configured?.[source]?.timestamp === 'required';
    return { bearer: bearer ?? (hmac === null ? madeToken : null), hmac, needsTimestamp };
  };
  return new Map(alertSources.map(({ name }) => [name, of(name)]));
}

const defaultReadReference = { env: 'RESPONDER_READ_TOKEN' };

/** The token that reads incidents and reports; a sender's token reads nothing. A token that `dev` made serves for both, because nobody else has it. */
export function readReadToken(catalog: Catalog, madeToken: string | null): string | null {
  return readSecretOf(catalog, catalog.hook?.read?.bearer ?? defaultReadReference) ?? madeToken;
}

/** Everything that grants access to the hook, as it is now. */
export function hookSecrets(catalog: Catalog, madeToken: string | null): string[] {
  const ofSources = [...readHookCredentials(catalog, madeToken).values()].flatMap(({ bearer, hmac }) => [bearer, hmac]);
  return [...ofSources, readReadToken(catalog, madeToken)].filter((secret) => secret !== null);
}

/** True when at least one source has a secret; otherwise the hook refuses to start. */
export function hasAnySecret(credentials: HookCredentials): boolean {
  return [...credentials.values()].some(({ bearer, hmac }) => bearer !== null || hmac !== null);
}

/** Compares in constant time, whatever the lengths. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest());
}

export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1] ?? null;
}

export function hmacHex(secret: string, content: string | Buffer): string {
  return createHmac('sha256', secret).update(content).digest('hex');
}
