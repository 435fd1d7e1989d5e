import { execFile } from 'node:child_process';
import { z } from 'zod';
import { UnreadableInputError } from '../../core/model/errors.js';
import { requestVariable } from '../../core/load/script.js';
import { createLogDigest } from '../../core/load/k6-log.js';

const scenarioSchema = z.object({
  executor: z.string().nullish(),
  startTime: z.string().nullish(),
  duration: z.string().nullish(),
  maxDuration: z.string().nullish(),
  stages: z.array(z.object({ duration: z.string() })).nullish(),
});
const inspectionSchema = z.object({ scenarios: z.record(z.string(), scenarioSchema).nullish() });

/**
 * Compiles a user's script without running it and tells how long its scenarios take; null when they end by count, or by hand, not by time.
 * Throws UnreadableInputError with k6's own words, which name the line.
 */
export async function inspectScript(
  binary: string,
  script: string,
  settings: { cwd: string; env: Record<string, string>; requestFile: string },
): Promise<{ durationMs: number | null }> {
  const output = await new Promise<string>((resolve, reject) => {
    const { requestFile, ...place } = settings;
    const flags = ['--log-format', 'json', '--include-system-env-vars=false', '--execution-requirements'];
    const programArguments = ['inspect', ...flags, '-e', `${requestVariable}=${requestFile}`, script];
    execFile(binary, programArguments, { ...place, timeout: 30_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(badScript(script, lastError(stderr) ?? error.message));
    });
  });
  const inspection = inspectionSchema.safeParse(JSON.parse(output.slice(output.indexOf('{'))));
  const ends = Object.values(inspection.data?.scenarios ?? {}).map(scenarioEnd);
  return { durationMs: ends.length === 0 || ends.includes(null) ? null : Math.max(...ends.map((end) => end ?? 0)) };
}

export function badScript(script: string, said: string): UnreadableInputError {
  return new UnreadableInputError(`k6 script ${script}: expected a script that k6 can run, but k6 says: ${said}; correct the script`);
}

function lastError(stderr: string): string | null {
  const digest = createLogDigest((text) => text);
  for (const line of stderr.split('\n')) digest.add(line);
  return digest.lastError();
}

function scenarioEnd({ executor, startTime, duration, stages }: z.infer<typeof scenarioSchema>): number | null {
  // Of this executor alone, no duration means: until somebody stops it.
  if (executor === 'externally-controlled' && goDuration(duration ?? '') === 0) return null;
  const lengths = typeof duration === 'string' ? [duration] : stages?.map((stage) => stage.duration);
  return lengths === undefined ? null : [startTime ?? '0s', ...lengths].reduce((sum, text) => sum + goDuration(text), 0);
}

const unitsMs: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Go's spelling of a duration: `1m30s`, `500ms`, `1h0m0.5s`. */
function goDuration(text: string): number {
  return [...text.matchAll(/(?<!\d)(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, value, unit = '']) => sum + Number(value) * (unitsMs[unit] ?? 0),
    0,
  );
}
