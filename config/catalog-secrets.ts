import { resolve } from 'node:path';
import type { SecretTexts } from '../core/evidence/redact.js';
import type { Catalog } from './catalog.js';
import { isRecord } from './catalog-fields.js';
import { tryReadSecret, type SecretRef } from './secret.js';

export interface CatalogSecrets extends SecretTexts {
  /** References whose secret is not there: what they name could not be looked for. */
  unread: string[];
}

/** Shorter ones would be found in every other word. */
const shortest = 4;
/** Addresses of this machine tell nothing, and the judge asks whether a database shares the host of its service. */
const loopback = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/;
/** Mappings of the catalog that look like a reference to a secret and are none. */
const notSecrets = new Set(['profiler', 'env', 'logs']);
/** Written out in the catalog and still not for everyone: what is sent with each request, and what commands get. */
const privateKeys = new Set(['headers', 'body', 'env', 'notify']);

/** Everything that the catalog keeps secret, or sends: the texts themselves, the parts of addresses, and their hosts. */
export function catalogSecrets(catalog: Catalog): CatalogSecrets {
  const found: CatalogSecrets & { texts: string[]; hosts: string[] } = { texts: [], hosts: [], unread: [] };
  const add = (text: string): void => {
    if (text.length >= shortest) found.texts.push(text);
  };
  const secret = (value: string): void => {
    add(value);
    // `Bearer TOKEN`, or several lines.
    for (const part of value.split(/\s+/)) add(part);
    for (const part of addressParts(value)) add(part);
    found.hosts.push(...hostsOf(value));
  };
  const visit = (key: string, value: unknown, isPrivate: boolean): void => {
    const reference = notSecrets.has(key) ? null : referenceOf(value);
    if (reference !== null) {
      const text = tryReadSecret('file' in reference ? { file: resolve(catalog.directory, reference.file) } : reference);
      if (text === null) found.unread.push('env' in reference ? `environment variable ${reference.env}` : `file ${reference.file}`);
      else secret(text);
      return;
    }
    if (typeof value === 'string' && key === 'url') for (const part of queryValues(value)) add(part);
    if (typeof value === 'string' && isPrivate && !isPlainWord(value)) secret(value);
    for (const [name, each] of Array.isArray(value)
      ? value.map((one): [string, unknown] => [key, one])
      : isRecord(value)
        ? Object.entries(value)
        : [])
      visit(name, each, isPrivate || privateKeys.has(name));
  };
  visit('', { hook: catalog.hook, services: catalog.services }, false);
  return found;
}

/** Every secret that the catalog names and that is there, whole, and the passwords of addresses among them. */
export function namedSecrets(catalog: Catalog): string[] {
  return referencesIn('', catalog).flatMap((reference) => {
    const text = tryReadSecret('file' in reference ? { file: resolve(catalog.directory, reference.file) } : reference);
    return text === null ? [] : [text, ...addressParts(text)];
  });
}

function referencesIn(key: string, value: unknown): SecretRef[] {
  const reference = notSecrets.has(key) ? null : referenceOf(value);
  if (reference !== null) return [reference];
  if (Array.isArray(value)) return value.flatMap((each) => referencesIn(key, each));
  return isRecord(value) ? Object.entries(value).flatMap(([name, each]) => referencesIn(name, each)) : [];
}

/** `{ env: NAME }` or `{ file: PATH }`. */
function referenceOf(value: unknown): SecretRef | null {
  if (!isRecord(value) || Object.keys(value).length !== 1) return null;
  const { env, file } = value;
  return typeof env === 'string' ? { env } : typeof file === 'string' ? { file } : null;
}

/** `application/json`, `open`: a word of the trade is no secret, and without it a report could not be read. */
function isPlainWord(text: string): boolean {
  return text.length < 6 || /^[A-Za-z_/ -]+$/.test(text);
}

function addressParts(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { username, password } = new URL(text);
  // Equal to the user's name it hides nothing, and would be found wherever that name is.
  return [...(password === username ? [] : [password, decoded(password)]), ...queryValues(text)];
}

/** Short ones and plain words (`?sslmode=require`) are parameters, not secrets. */
function queryValues(address: string): string[] {
  if (!URL.canParse(address)) return [];
  return [...new URL(address).searchParams.values()].filter((value) => !isPlainWord(value));
}

function hostsOf(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const host = new URL(text).hostname.replace(/^\[|\]$/g, '');
  return host === '' || loopback.test(host) ? [] : [host];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
