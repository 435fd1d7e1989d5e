import type { Catalog } from '../../config/catalog.js';
import { findEndpointByLabels } from '../../config/find-endpoint.js';

export type MappedAlert = { endpoint: string } | { reason: string };

function matches(labels: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

/** The catalog key an alert is about: the first rule of `alerts` that matches, else its labels `service` and `endpoint`. */
export function mapAlert(catalog: Catalog, labels: Record<string, string>): MappedAlert {
  const rule = catalog.alerts?.find(({ match }) => matches(labels, match));
  if (rule !== undefined) return { endpoint: rule.endpoint };
  const { service, endpoint } = labels;
  if (service === undefined) return { reason: 'no rule of the catalog matches and there is no label service' };
  if (!Object.hasOwn(catalog.services, service)) {
    return { reason: `service "${service}" is not in the catalog (known: ${Object.keys(catalog.services).join(', ')})` };
  }
  if (endpoint === undefined)
    return { reason: `no rule of the catalog matches and there is no label endpoint beside service "${service}"` };
  const key = findEndpointByLabels(catalog, service, endpoint);
  return key === null ? { reason: `endpoint "${endpoint}" is not in the catalog for service "${service}"` } : { endpoint: key };
}
