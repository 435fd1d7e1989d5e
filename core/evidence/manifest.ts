import { z } from 'zod';
import { missingEvidenceSchema } from './missing-evidence.js';
import { UnreadableInputError } from '../model/errors.js';
import type { Symptom, Timing } from '../model/incident.js';
import type { Confirmation, LoadPlan, LoadResult } from '../model/load-result.js';

export const evidenceFormat = 'perf-responder-evidence';
/** Grows when a reader of before could no longer judge what a writer of today leaves. */
export const evidenceVersion = 1;

/** Name of the manifest among the artifacts of an incident. In the folder of a set it is `manifest.json`. */
export const manifestArtifact = 'evidence-set.json';

/** The shapes below belong to the product's own model: only what the judge divides by or looks up is checked, so that an older set stays readable. */
const loadSchema = z
  .looseObject({
    requests: z.number(),
    requestRate: z.number(),
    failedRatio: z.number(),
    durationMs: z.number().nullable(),
    latencyMs: z.looseObject({ mean: z.number().nullable(), p50: z.number().nullable(), p95: z.number().nullable() }),
    errors: z.record(z.string(), z.number()),
  })
  .transform((load) => load as unknown as LoadResult);
const planSchema = z
  .looseObject({ executor: z.string(), vus: z.number(), rate: z.number().nullable(), durationMs: z.number() })
  .transform((plan) => plan as unknown as LoadPlan);
const confirmationSchema = z
  .looseObject({
    verdict: z.enum(['confirmed', 'not-reproduced', 'unproven']),
    reasons: z.array(z.string()),
    budget: z.record(z.string(), z.number()),
    broken: z.array(z.string()),
  })
  .transform((confirmation) => confirmation as unknown as Confirmation);
const timingSchema = z
  .looseObject({ acceptedAt: z.string(), loadWindowMs: z.number().nullable(), reportReadyMs: z.number().nullable() })
  .transform((timing) => timing as Timing);
const symptomSchema = z.looseObject({ metric: z.string(), value: z.number(), text: z.string() }).transform((symptom) => symptom as Symptom);

const fileSchema = z.object({ name: z.string(), kind: z.string() });

const manifestSchema = z.object({
  format: z.literal(evidenceFormat),
  version: z.literal(evidenceVersion),
  incidentId: z.string(),
  service: z.string(),
  endpoint: z.string(),
  /** `METHOD /path` of the endpoint, without a query. */
  route: z.string(),
  symptom: symptomSchema.nullable(),
  timing: timingSchema,
  /** The load that was offered, what it measured, and what the budgets made of it. */
  plan: planSchema,
  load: loadSchema,
  /** Artifact of the incident that holds the load's numbers; it is not part of the set. */
  loadArtifact: z.string().nullable(),
  confirmation: confirmationSchema,
  window: z.object({ startedAt: z.string(), measuredFrom: z.string(), endedAt: z.string() }),
  /** The load that confirmed the symptom, where `plan` and `load` are the second look at an outage. */
  confirmedBy: z.object({ plan: planSchema, load: loadSchema }).nullable(),
  /** Names of the files that a person gave instead of a capture. */
  given: z.object({ profile: z.string().nullable(), plan: z.string().nullable() }),
  captures: z.array(
    z.object({
      kind: z.string(),
      headline: z.string(),
      /** Documents of this set, beside the manifest. */
      files: z.array(fileSchema),
      /** Raw captures that stayed where they were taken: they cannot be redacted with certainty. */
      leftOut: z.array(fileSchema.extend({ sizeBytes: z.number(), sha256: z.string() })),
      missing: z.array(missingEvidenceSchema),
    }),
  ),
});

/** `manifest.json` of an evidence set: what was asked, what was offered and measured, and which documents hold the captures. */
export type EvidenceManifest = z.output<typeof manifestSchema>;
export type ManifestCapture = EvidenceManifest['captures'][number];

/** Throws UnreadableInputError; `where` begins its message. */
export function readManifest(value: unknown, where: string): EvidenceManifest {
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UnreadableInputError(
    `${where}: expected the manifest of an evidence set (format ${evidenceFormat}, version ${evidenceVersion}), got one that differs: ${z.prettifyError(parsed.error)}; export the set again with perf-responder evidence INCIDENT`,
  );
}

/** The part of the manifest that the judge needs. */
export type EvidenceWindow = Omit<EvidenceManifest, 'format' | 'version' | 'service' | 'timing'>;
