import { databaseEngine } from '../../adapters/databases/registry.js';
import type { DatabaseAccess } from '../../config/resolve/resolve-access.js';

/** Null when the catalog's connection uses a Unix-domain socket (`postgres:///shop?host=/run/postgresql`), which has no address. */
export function endOf(access: DatabaseAccess): { host: string; port: number } | null {
  if (!URL.canParse(access.url)) return null;
  const url = new URL(access.url);
  if (url.hostname === '' || url.hostname.startsWith('%2')) return null;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port === '' ? databaseEngine(access.kind).defaultPort : url.port) };
}
