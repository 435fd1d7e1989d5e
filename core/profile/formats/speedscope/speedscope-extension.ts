import { z } from 'zod';

/**
 * What this program writes beside the fields of speedscope's format, so that a profile comes back as it was: the format knows neither what a profile
 * measures nor how many samples a record stands for. Readers of others ignore it.
 */
export const profileExtension = z.object({
  kind: z.enum(['cpu', 'wall', 'off-cpu', 'lock', 'alloc', 'unknown']),
  unit: z.string(),
  durationMs: z.number().nullable(),
  /** Of each record, in their order; null = not known. */
  samples: z.array(z.number()).nullable(),
  effectiveSamples: z.number().nullable(),
  idleWeight: z.number().nullable(),
  /** Where inside its leaf the weight of a record fell: the place of the record, a line, its weight. */
  lines: z.array(z.tuple([z.number(), z.number(), z.number()])).optional(),
});

export type ProfileExtension = z.infer<typeof profileExtension>;
