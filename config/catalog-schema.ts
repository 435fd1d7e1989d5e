/** The shape of `responder.yaml`, composed of `catalog/registry.ts`. Its keys are the contract; durations are milliseconds after parsing. Unknown keys are problems. */
import { z } from 'zod';
import { mapping, nameKey, together } from './catalog-fields.js';
import { keysOf } from './catalog/fragment.js';
import { loadSchema } from './catalog/load.js';
import { fragments } from './catalog/registry.js';
import type { repositorySchema } from './catalog/repository.js';

const endpointSchema = mapping(keysOf(fragments, 'endpoint'));
/** Keys that `defaults` may give for every service. */
const serviceKeys = keysOf(fragments, 'service');
const serviceSchema = mapping({ ...serviceKeys, endpoints: z.record(nameKey, endpointSchema) });

export const catalogSchema = mapping({
  version: z.unknown().transform((raw, context): 1 => {
    if (raw === 1) return 1;
    context.addIssue({ code: 'custom', message: '1', params: { fix: 'write version: 1' } });
    return z.NEVER;
  }),
  defaults: mapping({ load: loadSchema.optional(), ...serviceKeys }).optional(),
  ...keysOf(fragments, 'top'),
  services: z
    .record(nameKey, serviceSchema)
    .refine(
      (services) => Object.keys(services).length > 0,
      together('at least one service', 'write e.g. services: { shop: { endpoints: … } }'),
    ),
});

export type CatalogDocument = z.output<typeof catalogSchema>;
export type CatalogService = z.output<typeof serviceSchema>;
export type CatalogEndpoint = z.output<typeof endpointSchema>;
export type CatalogLoad = z.output<typeof loadSchema>;
export type CatalogRepository = z.output<typeof repositorySchema>;
