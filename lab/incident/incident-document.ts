import { z } from 'zod';

/** The parts of `incident status ID --json` that the demo reads. */
export const incidentSchema = z.looseObject({
  id: z.string(),
  severity: z.string(),
  severityReason: z.object({ rule: z.string() }),
  status: z.string(),
  fiveMinutes: z.array(z.object({ step: z.string(), state: z.string(), result: z.string().nullable(), endedAt: z.string().nullable() })),
  changes: z.array(z.object({ service: z.string().nullable(), kind: z.string(), ref: z.string(), verdict: z.string(), why: z.string() })),
  mitigations: z.array(
    z.object({
      planId: z.string(),
      title: z.string(),
      why: z.string(),
      state: z.string(),
      rank: z.number(),
      risk: z.string(),
      runbook: z.string(),
      commands: z.array(z.string()),
      digest: z.string(),
      runId: z.string().nullable(),
      result: z.string().nullable(),
    }),
  ),
  timeline: z.array(z.object({ id: z.string(), at: z.string(), kind: z.string(), text: z.string() })),
});
export type IncidentDocument = z.output<typeof incidentSchema>;
