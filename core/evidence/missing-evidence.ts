import { z } from 'zod';
import type { MissingEvidence } from '../model/observation.js';

export const missingEvidenceSchema: z.ZodType<MissingEvidence> = z.object({
  id: z.string(),
  what: z.string(),
  why: z.string(),
  remedy: z.string(),
});
