import { RefusedError } from '../../core/model/errors.js';
import type { Catalog } from '../catalog.js';
import type { CatalogEndpoint, CatalogService } from '../catalog-schema.js';
import { nearestName } from '../nearest-name.js';

export interface FoundEndpoint {
  /** `service/endpoint`; `METHOD URL` for an address that is no endpoint of the catalog but whose host is. */
  key: string;
  serviceName: string;
  service: CatalogService;
  endpoint: CatalogEndpoint;
}

/** Keys `service/endpoint` in the order of the file. */
export function endpointKeys(catalog: Catalog): string[] {
  return Object.entries(catalog.services).flatMap(([service, { endpoints }]) =>
    Object.keys(endpoints).map((endpoint) => `${service}/${endpoint}`),
  );
}

function allEndpoints(catalog: Catalog): FoundEndpoint[] {
  return Object.entries(catalog.services).flatMap(([serviceName, service]) =>
    Object.entries(service.endpoints).map(([name, endpoint]) => ({ key: `${serviceName}/${name}`, serviceName, service, endpoint })),
  );
}

function methodOf(endpoint: CatalogEndpoint): string {
  return endpoint.method ?? 'GET';
}

/** Scheme, host and port must be the same: another port is another program. */
function sameOrigin(left: URL, right: URL): boolean {
  return left.origin === right.origin;
}

/** `METHOD URL` whose host the catalog names. The same method and path as an endpoint gives it that endpoint's headers, body, budgets and load. */
function findByUrl(catalog: Catalog, method: string, url: URL): FoundEndpoint {
  const onHost = allEndpoints(catalog).filter(({ endpoint }) => sameOrigin(new URL(endpoint.url), url));
  const first = onHost[0];
  if (first === undefined) {
    const hosts = [...new Set(allEndpoints(catalog).map(({ endpoint }) => new URL(endpoint.url).origin))].join(', ');
    throw new RefusedError(
      `target not allowed: expected a host of the catalog (${hosts}), got ${url.origin}; add an endpoint with this host to the catalog`,
    );
  }
  const samePath = onHost.filter(({ endpoint }) => methodOf(endpoint) === method && new URL(endpoint.url).pathname === url.pathname);
  const exact =
    samePath.find(({ endpoint }) => new URL(endpoint.url).search === url.search) ?? (url.search === '' ? samePath[0] : undefined);
  if (exact !== undefined) return exact;
  const relative = samePath[0] ?? first;
  const known = samePath[0] === undefined ? {} : relative.endpoint;
  return { ...relative, key: `${method} ${url.href}`, endpoint: { ...known, method: parseMethod(method), url: url.href } };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

function parseMethod(method: string): (typeof methods)[number] {
  const found = methods.find((candidate) => candidate === method);
  if (found !== undefined) return found;
  throw new RefusedError(
    `unknown method: expected one of ${methods.join(', ')}, got ${method}; write e.g. GET http://127.0.0.1:8080/search`,
  );
}

/**
 * Finds an endpoint by its catalog key `service/endpoint` or by `METHOD URL` when the URL's host is in the catalog.
 * Throws RefusedError: unknown endpoint (with the known ones and the nearest), or a host that the catalog does not name.
 */
export function findEndpoint(catalog: Catalog, wanted: string): FoundEndpoint {
  const byKey = allEndpoints(catalog).find(({ key }) => key === wanted);
  if (byKey !== undefined) return byKey;
  const request = /^(?:([A-Za-z]+)\s+)?(https?:\/\/\S+)$/.exec(wanted.trim());
  if (request?.[2] !== undefined && URL.canParse(request[2]))
    return findByUrl(catalog, parseMethod((request[1] ?? 'GET').toUpperCase()), new URL(request[2]));
  const known = endpointKeys(catalog);
  const near = nearestName(wanted, known);
  throw new RefusedError(
    `unknown endpoint: expected one of ${known.join(', ')} or METHOD URL with a host of the catalog, got "${wanted}"; ${
      near === null ? 'add it to the catalog' : `did you mean "${near}"?`
    }`,
  );
}

/** The endpoint that an alert's labels name: `endpoint` may be the catalog key, the endpoint's name, or `METHOD /path` of that service. Null when none. */
export function findEndpointByLabels(catalog: Catalog, serviceName: string, label: string): string | null {
  const inService = allEndpoints(catalog).filter((found) => found.serviceName === serviceName);
  const byName = inService.find(({ key }) => key === label || key === `${serviceName}/${label}`);
  if (byName !== undefined) return byName.key;
  const route = /^(?:([A-Za-z]+)\s+)?(\/\S*)$/.exec(label.trim());
  const method = (route?.[1] ?? 'GET').toUpperCase();
  const path = route?.[2]?.split('?')[0];
  const byRoute = inService.filter(({ endpoint }) => new URL(endpoint.url).pathname === path && methodOf(endpoint) === method);
  return byRoute[0]?.key ?? null;
}
