import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { HealthyRun } from '../../core/model/comparison.js';
import type { LoadPlan } from '../../core/model/load-result.js';

const milliseconds = z.number().nullable();
const runSchema = z.object({
  source: z.enum(['green confirmation', 'resolved re-run']),
  incidentId: z.string(),
  startedAt: z.string(),
  load: z.object({
    latencyMs: z.object({ p50: milliseconds, p95: milliseconds, p99: milliseconds, mean: milliseconds, max: milliseconds }),
    failedRatio: z.number(),
    requests: z.number(),
    requestRate: z.number(),
    errors: z.record(z.string(), z.number()),
    subWindows: z.array(
      z.object({
        startMs: z.number(),
        durationMs: z.number(),
        requests: z.number(),
        p50Ms: z.number(),
        p95Ms: z.number(),
        meanMs: z.number(),
        failedRatio: z.number(),
      }),
    ),
  }),
});
const fileSchema = z.object({ version: z.literal(1), endpoint: z.string(), runs: z.array(runSchema) });

/**
 * Healthy runs on disk, one small file for each endpoint and load: `<directory>/<sha256>.json`. Another rate, number of users or script is
 * another load, whose runs do not compare. A file that cannot be read counts as no run on record; the next healthy run writes it anew.
 */
export function createHealthyRunStore(directory: string) {
  const fileOf = (endpoint: string, plan: LoadPlan): string => join(directory, `${loadKey(endpoint, plan)}.json`);
  return {
    recall: async (endpoint: string, plan: LoadPlan): Promise<HealthyRun[]> => {
      const text = await readFile(fileOf(endpoint, plan), 'utf8').catch(() => null);
      return text === null ? [] : readRuns(text);
    },
    replace: async (endpoint: string, plan: LoadPlan, runs: HealthyRun[]): Promise<void> => {
      await mkdir(directory, { recursive: true });
      const temporary = join(directory, `.${randomUUID()}.tmp`);
      // Parsing drops what else a run may carry.
      const document = fileSchema.parse({ version: 1, endpoint, runs });
      try {
        await writeFile(temporary, `${JSON.stringify(document)}\n`, { mode: 0o600 });
        await rename(temporary, fileOf(endpoint, plan));
      } finally {
        await rm(temporary, { force: true });
      }
    },
  };
}

function readRuns(text: string): HealthyRun[] {
  try {
    const parsed = fileSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.runs : [];
  } catch {
    return [];
  }
}

function loadKey(endpoint: string, plan: LoadPlan): string {
  const { executor, vus, rate, durationMs, rampUpMs, warmUpMs, maxVus, script, stages } = plan;
  const offered = { endpoint, executor, vus, rate, durationMs, rampUpMs, warmUpMs, maxVus, script, stages };
  return createHash('sha256').update(JSON.stringify(offered)).digest('hex');
}
