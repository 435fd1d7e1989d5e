import type { Catalog } from '../../config/catalog.js';
import { findEndpointByLabels } from '../../config/resolve/find-endpoint.js';

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
  if (isScrapePort(labels)) {
    return {
      reason: `the label endpoint "${endpoint}" is a port that Prometheus scrapes, not an endpoint of the catalog; add a rule to \`alerts\`, e.g. ${ruleFor(catalog, service, labels)}`,
    };
  }
  const key = findEndpointByLabels(catalog, service, endpoint);
  return key === null ? { reason: `endpoint "${endpoint}" is not in the catalog for service "${service}"` } : { endpoint: key };
}

/** Names that charts give to ports of a Service. kube-prometheus writes them into the label `endpoint` of everything that it scrapes. */
const portName =
  /^(?:https?|web|api|grpc|metrics|prometheus|exporter|monitoring|admin|\d+|(?:https?|tcp|grpc)-.+|.+-(?:metrics|http|https|port|web))$/;

function isScrapePort({ namespace, pod, container, endpoint = '' }: Record<string, string>): boolean {
  return namespace !== undefined && (pod !== undefined || container !== undefined) && portName.test(endpoint);
}

/** A rule that would match this alert, for the first endpoint of its service. */
function ruleFor(catalog: Catalog, service: string, { alertname = 'NAME' }: Record<string, string>): string {
  const [first = 'ENDPOINT'] = Object.keys(catalog.services[service]?.endpoints ?? {});
  return `{ match: { alertname: ${alertname.slice(0, 60)}, service: ${service} }, endpoint: ${service}/${first} }`;
}
