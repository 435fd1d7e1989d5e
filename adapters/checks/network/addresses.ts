import { isIP } from 'node:net';
import { databaseEngine } from '../../databases/registry.js';
import { serviceDatabases } from '../../../config/resolve/resolve-access.js';
import type { CheckWorld } from '../check.js';

export interface NetworkAddress {
  host: string;
  port: number;
  isTls: boolean;
  /** What of the catalog names it, for people. */
  usedBy: string;
}

function ofUrl(address: string, defaultPort: number, usedBy: string): NetworkAddress[] {
  if (!URL.canParse(address)) return [];
  const { hostname, port, protocol } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === ''
    ? []
    : [{ host, port: port === '' ? defaultPort : Number(port), isTls: protocol === 'https:' || protocol === 'rediss:', usedBy }];
}

function ofHttp(address: string, usedBy: string): NetworkAddress[] {
  return ofUrl(address, address.startsWith('https:') ? 443 : 80, usedBy);
}

/** Every host and port that the services name, each once: endpoints, health, dependencies, databases. */
export function addressesOf({ catalog, services }: CheckWorld): NetworkAddress[] {
  const all = services.flatMap((name) => {
    const service = catalog.services[name];
    if (service === undefined) return [];
    const endpoints = Object.values(service.endpoints).map(({ url }) => url);
    return [
      ...[...endpoints, ...(service.health ?? [])].flatMap((url) => ofHttp(url, name)),
      ...(service.dependencies ?? []).flatMap((url) => ofHttp(url, `a dependency of ${name}`)),
      ...serviceDatabases(catalog, service).databases.flatMap(({ name: key, kind, url }) =>
        ofUrl(url, databaseEngine(kind).defaultPort, `${name}/${key}`),
      ),
    ];
  });
  return [...new Map(all.map((address) => [`${address.host}:${address.port}`, address])).values()];
}

export function isName(host: string): boolean {
  return isIP(host) === 0;
}
