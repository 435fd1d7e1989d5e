/** Who sends a command to the hook, as far as it can be proven: by a personal token, or by a proxy in front of us that authenticated them. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import type { Catalog } from '../../../config/catalog.js';
import { tryReadSecret, type SecretRef } from '../../../config/secret.js';
import { bearerOf, sameSecret } from './credentials.js';

const proxySecretHeader = 'x-responder-proxy-secret';

export type Proven = { person: string; proof: 'token' | 'trusted-proxy' } | { refused: string } | null;

/** Null: nothing was presented. Wrong credentials are refused instead of being ignored. */
export function provenPerson(catalog: Catalog, readToken: string | null, request: IncomingMessage): Proven {
  return byToken(catalog, readToken, request) ?? byProxy(catalog, request);
}

function secretOf(catalog: Catalog, reference: SecretRef): string | null {
  return tryReadSecret('file' in reference ? { file: resolve(catalog.directory, reference.file) } : reference);
}

function byToken(catalog: Catalog, readToken: string | null, { headers }: IncomingMessage): Proven {
  const token = bearerOf(headers.authorization);
  // The token of all readers proves that somebody may read, not who they are.
  if (token === null || (readToken !== null && sameSecret(readToken, token))) return null;
  const found = Object.entries(catalog.people ?? {}).find(([, { token: reference }]) => {
    const known = reference === undefined ? null : secretOf(catalog, reference);
    return known !== null && sameSecret(known, token);
  });
  return found === undefined ? { refused: 'this token is of nobody in people of the catalog' } : { person: found[0], proof: 'token' };
}

/** The header proves nothing unless the proxy sent it, because whoever reaches the hook can write one. */
function byProxy(catalog: Catalog, request: IncomingMessage): Proven {
  const identity = catalog.hook?.identity;
  if (identity === undefined) return null;
  const value = request.headers[identity.header.toLowerCase()];
  if (value === undefined) return null;
  const why = whyNotProxy(catalog, identity, request);
  if (why !== null) return { refused: `${identity.header} is believed of the trusted proxy only: ${why}` };
  const name = [value].flat().join(',').trim();
  const found = Object.entries(catalog.people ?? {}).find(([key, person]) => (person.identity ?? key) === name);
  return found === undefined ? { refused: `${name} is nobody in people of the catalog` } : { person: found[0], proof: 'trusted-proxy' };
}

type Identity = NonNullable<NonNullable<Catalog['hook']>['identity']>;

/** If both are named, both must hold. */
function whyNotProxy(catalog: Catalog, { proxies, secret }: Identity, { socket, headers }: IncomingMessage): string | null {
  if (proxies !== undefined && !isAmong(proxies, socket.remoteAddress ?? '')) return 'it came from another address';
  if (secret === undefined) return null;
  const known = secretOf(catalog, secret);
  const shown = [headers[proxySecretHeader] ?? ''].flat().join(',');
  return known !== null && sameSecret(known, shown) ? null : `its ${proxySecretHeader} is not the one of hook.identity.secret`;
}

function isAmong(addresses: readonly string[], remote: string): boolean {
  const list = new BlockList();
  for (const one of addresses) {
    const [address = '', prefix] = one.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  // An IPv4 client on a socket that listens on both families.
  const plain = remote.replace(/^::ffff:(?=\d+\.)/, '');
  return plain !== '' && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
