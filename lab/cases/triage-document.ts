import { z } from 'zod';
import { causeIds, type CauseLocation } from '../../core/model/cause.js';
import { outcomes } from '../../core/model/outcome.js';

/** The parts of the documents of `perf-responder` that the lab reads; the rest passes through. Shapes: design, section 5. */
const locationSchema = z
  .looseObject({
    frame: z.string().exactOptional(),
    file: z.string().exactOptional(),
    line: z.number().exactOptional(),
    route: z.string().exactOptional(),
    statement: z.string().exactOptional(),
    relation: z.string().exactOptional(),
    columns: z.array(z.string()).exactOptional(),
    peer: z.string().exactOptional(),
    pool: z.string().exactOptional(),
    session: z.string().exactOptional(),
  })
  .transform((location): CauseLocation => location);

const causeSchema = z.looseObject({
  id: z.enum(causeIds),
  location: locationSchema,
  share: z.number(),
  confidence: z.number(),
  summary: z.string(),
  remedy: z.looseObject({ kind: z.string(), statement: z.string() }),
});

const figuresSchema = z.object({
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  meanMs: z.number().nullable(),
  requestRate: z.number(),
  failedRatio: z.number(),
  requests: z.number(),
});

export const rerunSchema = z.looseObject({
  verdict: z.enum(['improved', 'regressed', 'equivalent', 'inconclusive']),
  withinBudget: z.boolean(),
  ratio: z.number().nullable(),
  ci: z.tuple([z.number(), z.number()]).nullable(),
  ciKind: z.string(),
  before: figuresSchema,
  after: figuresSchema,
  outcome: z.enum(outcomes),
});
export type RerunDocument = z.output<typeof rerunSchema>;

export const triageDocumentSchema = z.looseObject({
  incidentId: z.string(),
  outcome: z.enum(outcomes).nullable(),
  endpoint: z.string(),
  branch: z.string().nullable(),
  confirmation: z
    .looseObject({
      verdict: z.enum(['confirmed', 'not-reproduced', 'unproven']),
      observed: z.looseObject({ p95Ms: z.number().nullable(), errorRatio: z.number() }),
    })
    .nullable(),
  causes: z.array(causeSchema),
  missingEvidence: z.array(z.looseObject({ id: z.string(), what: z.string() })),
  timing: z.looseObject({ loadWindowMs: z.number().nullable(), reportReadyMs: z.number().nullable() }),
  reruns: z.array(rerunSchema),
  reasons: z.array(z.string()).default([]),
});
export type TriageDocument = z.output<typeof triageDocumentSchema>;

/** `GET /incidents/{id}` and `status ID --json`. */
export const statusSchema = z.looseObject({
  incidentId: z.string(),
  phase: z.string(),
  outcome: z.enum(outcomes).nullable(),
  stage: z.string(),
  endedAt: z.string().nullable(),
});
export type StatusDocument = z.output<typeof statusSchema>;

/** First line of `dev --json`. */
export const devReadySchema = z.looseObject({
  address: z.string(),
  ui: z.string().nullable().optional(),
  hook: z.string(),
  hookToken: z.string().optional(),
});

/** Answer of `POST /alerts/…`. */
export const alertAnswerSchema = z.looseObject({
  incidents: z.array(z.looseObject({ incidentId: z.string(), endpoint: z.string(), started: z.boolean() })),
  ignored: z.array(z.unknown()),
});
