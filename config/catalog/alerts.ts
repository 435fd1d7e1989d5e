/** How an alert finds its endpoint. */
import { z } from 'zod';
import { isRecord, mapping, text, textRecord, together } from '../catalog-fields.js';
import { problemAt, type CatalogProblem, type CatalogSource } from '../catalog-problems.js';
import { nearestName } from '../nearest-name.js';
import type { CatalogFragment } from './fragment.js';
import { writtenEndpointKeys } from './written.js';

const alertRuleSchema = mapping({
  match: textRecord.refine(
    (match) => Object.keys(match).length > 0,
    together('at least one label', 'write e.g. match: { alertname: HighLatency }'),
  ),
  endpoint: text('the key of an endpoint, service/endpoint', 'write e.g. endpoint: shop/place-order', (value) =>
    /^[^/]+\/[^/]+$/.test(value),
  ),
});

/** Alert rules must name an endpoint that exists. */
function unknownEndpoints(source: CatalogSource): CatalogProblem[] {
  const rules = isRecord(source.value) && Array.isArray(source.value['alerts']) ? source.value['alerts'] : [];
  const known = writtenEndpointKeys(source.value);
  return rules.flatMap((rule: unknown, index) => {
    const endpoint = isRecord(rule) ? rule['endpoint'] : undefined;
    if (typeof endpoint !== 'string' || !/^[^/]+\/[^/]+$/.test(endpoint) || known.includes(endpoint)) return [];
    const near = nearestName(endpoint, known);
    const fix = near === null ? 'name an endpoint of this file' : `did you mean "${near}"?`;
    return [problemAt(source, ['alerts', index, 'endpoint'], { expected: `one of ${known.join(', ')}`, came: `"${endpoint}"`, fix })];
  });
}

export const alerts = { top: { alerts: z.array(alertRuleSchema).optional() }, problems: unknownEndpoints } satisfies CatalogFragment;
