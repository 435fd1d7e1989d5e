import { z } from 'zod';
import { messageWithoutValues } from '../database/sql/message-values.js';
import type { MissingEvidence } from '../model/observation.js';

export const missingEvidenceSchema: z.ZodType<MissingEvidence> = z.object({
  id: z.string(),
  what: z.string(),
  why: z.string(),
  remedy: z.string(),
});

/** Why a database did not answer is told in its own words, which may quote a value. */
export function withoutQuotedValues(rows: readonly MissingEvidence[]): MissingEvidence[] {
  return rows.map((row) => ({ ...row, why: messageWithoutValues(row.why) }));
}
