import { isRecord } from '../catalog-fields.js';

/** Keys `service/endpoint` as written, whether or not the rest of the catalog is right. */
export function writtenEndpointKeys(value: unknown): string[] {
  const services = isRecord(value) && isRecord(value['services']) ? value['services'] : {};
  return Object.entries(services).flatMap(([service, settings]) => {
    const endpoints = isRecord(settings) && isRecord(settings['endpoints']) ? settings['endpoints'] : {};
    return Object.keys(endpoints).map((endpoint) => `${service}/${endpoint}`);
  });
}
