/** What activities need to reach the target. Everything here may hold secrets: never put it into a workflow, log or artifact. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { profileSources } from '../../adapters/profilers/registry.js';
import type { MissingEvidence } from '../../core/model/observation.js';
import type { Catalog } from '../catalog.js';
import type { CatalogService } from '../catalog-schema.js';
import { isRecord, secretRef } from '../catalog-fields.js';
import { findEndpoint } from './find-endpoint.js';
import { isLoopback } from '../loopback.js';
import { completeEntry, surroundingsOf } from '../settings/notifier-settings.js';
import { readSecret, tryReadSecret, type SecretRef, type TextOrSecret } from '../secret.js';
import { isSearchable, type SearchableRepository } from '../searchable-repository.js';

/** One HTTP request, ready to be sent. `body` is the text on the wire. */
export interface RequestSpec {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
}

export type ProcessLocator =
  | { kind: 'port'; port: number; serves?: string }
  | { kind: 'pid'; pid: number }
  | { kind: 'pid-file'; path: string }
  | { kind: 'command'; pattern: string };

export type ProfilerSetting = { kind: 'auto' } | { kind: 'named'; name: string } | { kind: 'source'; field: string; value: string };

export interface DatabaseAccess {
  name: string;
  kind: string;
  url: string;
  /** Only in development. */
  mayBeSuperuser: boolean;
  /** Values in conditions of plans may be kept; absent = no. */
  showLiterals?: true;
  /** For what changes something; absent = the same connection, null = the catalog names one that is not there. */
  remedyUrl?: string | null;
}

export interface NotifierAccess {
  kind: string;
  /** The fields of its kind, secrets read. */
  settings: Record<string, unknown>;
}

/** Makes the path of a `{ file }` reference absolute. */
function located(catalog: Catalog, reference: TextOrSecret): TextOrSecret {
  return typeof reference === 'object' && 'file' in reference ? { file: resolve(catalog.directory, reference.file) } : reference;
}

/** The request of an endpoint with its secrets. Throws RefusedError (unknown, not allowed) or UnreadableInputError (secret not there). */
export function resolveRequest(catalog: Catalog, endpointKey: string): RequestSpec {
  const { key, endpoint } = findEndpoint(catalog, endpointKey);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(endpoint.headers ?? {}))
    headers[name] = readSecret(located(catalog, value), `${key} header ${name}`);
  const body = endpoint.body === undefined ? null : typeof endpoint.body === 'string' ? endpoint.body : JSON.stringify(endpoint.body);
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  if (typeof endpoint.body === 'object' && !hasType) headers['content-type'] = 'application/json';
  return { method: endpoint.method ?? 'GET', url: endpoint.url, headers, body };
}

/** Where the service's process is; without a setting, the listener on the endpoint's own port when that is on this machine. Null = not known. */
export function resolveProcess(catalog: Catalog, endpointKey: string): ProcessLocator | null {
  const { service, endpoint } = findEndpoint(catalog, endpointKey);
  return locateProcess(catalog, service, endpoint.url);
}

/** `url` is an address of the service, for a catalog that does not say where its process is. */
export function locateProcess(catalog: Catalog, service: CatalogService, url: string): ProcessLocator | null {
  const { host, port, pid, pidFile, command } = service.process ?? {};
  if (port !== undefined) return host === undefined ? { kind: 'port', port, serves: new URL(url).hostname } : { kind: 'port', port };
  if (pid !== undefined) return { kind: 'pid', pid };
  if (pidFile !== undefined) return { kind: 'pid-file', path: resolve(catalog.directory, pidFile) };
  if (command !== undefined) return { kind: 'command', pattern: command };
  const address = new URL(url);
  return isLoopback(url)
    ? { kind: 'port', port: Number(address.port === '' ? (address.protocol === 'https:' ? 443 : 80) : address.port) }
    : null;
}

export function resolveProfiler(catalog: Catalog, endpointKey: string): ProfilerSetting {
  const setting = findEndpoint(catalog, endpointKey).service.profiler ?? 'auto';
  if (setting === 'auto') return { kind: 'auto' };
  if (typeof setting === 'string') return { kind: 'named', name: setting };
  for (const { field, isPath } of profileSources) {
    const value = setting[field];
    if (value !== undefined) return { kind: 'source', field, value: isPath ? resolve(catalog.directory, value) : value };
  }
  return { kind: 'auto' };
}

function missingConnection(name: string, reference: SecretRef): MissingEvidence {
  const what = 'env' in reference ? `the variable ${reference.env}` : `the content of ${reference.file}`;
  const where =
    'env' in reference ? `the environment variable ${reference.env} is not set` : `the file ${reference.file} cannot be read or is empty`;
  return {
    id: `database-connection-${name}`,
    what: `what database ${name} did in the window`,
    why: `its connection is not known: ${where} where the worker runs`,
    remedy: `Set ${what} to the database's URL (for PostgreSQL a role with pg_monitor is enough) and restart the worker.`,
  };
}

/** Databases of the endpoint's service with their URLs; those whose secret is not there come back as missing evidence. */
export function resolveDatabases(catalog: Catalog, endpointKey: string): { databases: DatabaseAccess[]; missing: MissingEvidence[] } {
  return serviceDatabases(catalog, findEndpoint(catalog, endpointKey).service);
}

export function serviceDatabases(catalog: Catalog, service: CatalogService): { databases: DatabaseAccess[]; missing: MissingEvidence[] } {
  const databases: DatabaseAccess[] = [];
  const missing: MissingEvidence[] = [];
  const mayBeSuperuser = (service.environment ?? 'development') === 'development';
  for (const [name, { kind, connection, remedyConnection, showLiterals = false }] of Object.entries(service.databases ?? {})) {
    const url = tryReadSecret(located(catalog, connection));
    if (url === null) missing.push(missingConnection(name, connection));
    else {
      const remedyUrl = remedyConnection === undefined ? undefined : tryReadSecret(located(catalog, remedyConnection));
      databases.push({
        name,
        kind,
        url,
        mayBeSuperuser,
        ...(showLiterals ? { showLiterals } : {}),
        ...(remedyUrl === undefined ? {} : { remedyUrl }),
      });
    }
  }
  return { databases, missing };
}

/** Names of the environment variables that a catalog reads secrets from, each once. */
export function secretVariables(value: unknown): string[] {
  const reference = secretRef.safeParse(value);
  if (reference.success && 'env' in reference.data) return [reference.data.env];
  if (Array.isArray(value)) return [...new Set(value.flatMap((item: unknown) => secretVariables(item)))];
  return isRecord(value) ? [...new Set(Object.values(value).flatMap((item) => secretVariables(item)))] : [];
}

/** Reads every reference to a secret inside; undefined when one of them is not there. */
export function readSettings(catalog: Catalog, value: unknown): unknown {
  const reference = secretRef.safeParse(value);
  if (reference.success) return tryReadSecret(located(catalog, reference.data)) ?? undefined;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => readSettings(catalog, item));
    return items.includes(undefined) ? undefined : items;
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, field]) => [key, readSettings(catalog, field)] as const);
  return entries.some(([, field]) => field === undefined) ? undefined : Object.fromEntries(entries);
}

/** Notifiers whose secrets are there. A missing one is no reason to stop an incident. */
export function resolveNotifiers(catalog: Catalog, endpointKey: string): NotifierAccess[] {
  const { service } = findEndpoint(catalog, endpointKey);
  return (service.notify ?? []).flatMap((entry) => {
    const { kind, ...fields } = completeEntry(entry, surroundingsOf(catalog));
    const settings = readSettings(catalog, fields);
    return isRecord(settings) ? [{ kind, settings }] : [];
  });
}

/** Where the source of the endpoint's service is; null when the catalog names no repository. */
export function resolveSource(catalog: Catalog, endpointKey: string): { root: string | null; url: string | null } | null {
  const { repository } = findEndpoint(catalog, endpointKey).service;
  if (repository === undefined) return null;
  const { path, url = null } = repository;
  return { root: path === undefined ? null : resolve(catalog.directory, path), url };
}

export interface RepositoryAccess extends Omit<SearchableRepository, 'env'> {
  /** With its secrets read. */
  env: Record<string, string>;
  /** Absolute. */
  buildWrites: string[];
  /** Files of secrets that the catalog names, absolute: no build may read them. */
  secretFiles: string[];
}

/**
 * The repository of the endpoint's service with an absolute path; null when the catalog names none that can be searched. Throws UnreadableInputError when a secret of its
 * environment is not there.
 */
export function resolveRepository(catalog: Catalog, endpointKey: string): RepositoryAccess | null {
  const { key, service } = findEndpoint(catalog, endpointKey);
  const { repository } = service;
  if (!isSearchable(repository)) return null;
  const env = Object.entries(repository.env ?? {}).map(([name, value]): [string, string] => [
    name,
    readSecret(located(catalog, value), `${key} repository.env.${name}`),
  ]);
  return {
    ...repository,
    path: resolve(catalog.directory, repository.path),
    env: Object.fromEntries(env),
    buildWrites: (repository.buildWrites ?? []).map((path) => resolve(catalog.directory, path.replace(/^~(?=\/|$)/, homedir()))),
    secretFiles: secretFilesIn(catalog.services)
      .concat(secretFilesIn(catalog.hook))
      .map((path) => resolve(catalog.directory, path)),
  };
}

/** Every `{ file: PATH }` of the catalog, whatever it is for. */
function secretFilesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretFilesIn);
  if (!isRecord(value)) return [];
  const { file } = value;
  return [...(typeof file === 'string' ? [file] : []), ...Object.values(value).flatMap(secretFilesIn)];
}
