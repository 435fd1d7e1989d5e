import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** How the shop is set up. Several parts exist in two versions that answer the same; which one runs is a matter of configuration. */
const shopConfigSchema = z.strictObject({
  port: z.int().min(0).default(0),
  pool: z.strictObject({ size: z.int().min(1).default(12) }).prefault({}),
  partners: z.strictObject({ recommendations: z.url(), payments: z.url(), carrier: z.url() }),
  customers: z.strictObject({ lookup: z.enum(['exact', 'any-case']).default('exact') }).prefault({}),
  orders: z
    .strictObject({
      recent: z.enum(['joined', 'assembled']).default('joined'),
      numbering: z.enum(['sequence', 'continuous']).default('sequence'),
      shipping: z.enum(['lookup', 'session']).default('lookup'),
      invoice: z.enum(['reprinted', 'printed-once', 'locked-once']).default('reprinted'),
    })
    .prefault({}),
  reports: z.strictObject({ sales: z.enum(['summary', 'detail']).default('summary') }).prefault({}),
  pricing: z.strictObject({ promotions: z.enum(['indexed', 'combined']).default('indexed') }).prefault({}),
  reviews: z.strictObject({ screening: z.enum(['words', 'phrases']).default('words') }).prefault({}),
  feed: z.strictObject({ history: z.enum(['page', 'timeline']).default('page') }).prefault({}),
  exports: z.strictObject({ catalog: z.enum(['page', 'complete']).default('page') }).prefault({}),
  recommendations: z
    .strictObject({
      attempts: z.int().min(1).default(1),
      timeoutMs: z.int().min(10).default(5000),
      otherwise: z.enum(['error', 'bestsellers']).default('error'),
    })
    .prefault({}),
  accounts: z.strictObject({ verification: z.enum(['token', 'password', 'key']).default('token') }).prefault({}),
  logs: z
    .strictObject({ reopenOnSignal: z.boolean().default(false), access: z.enum(['plain', 'annotated']).default('plain') })
    .prefault({}),
});
export type ShopConfig = z.output<typeof shopConfigSchema>;
export type ShopConfigInput = z.input<typeof shopConfigSchema>;

export function readShopConfig(file: string): ShopConfig {
  return shopConfigSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
