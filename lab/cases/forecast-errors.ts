import { join } from 'node:path';
import { readEvidence } from '../../adapters/artifacts/evidence-folder.js';
import { checkForecasts } from '../../core/decisions/remedy/forecast-check.js';
import { judgement } from '../../core/diagnosis/judgement.js';
import { judgeEvidence } from '../../core/evidence/judge-evidence.js';
import type { ForecastCheck } from '../../core/model/rerun.js';
import { recordedEvidence, recordedNames, recordedRerun } from './record-evidence.js';

/** A forecast from a recorded window, beside what the same load measured when the fault was taken back. */
export type RecordedForecast = ForecastCheck & { window: string };

/** The forecasts that today's rules make of all recorded windows that were run again. */
export async function checkRecordedForecasts(): Promise<RecordedForecast[]> {
  const found: RecordedForecast[] = [];
  for (const window of recordedNames()) {
    const rerun = recordedRerun(window);
    if (rerun === null) continue;
    const { causes } = judgeEvidence(await readEvidence(join(recordedEvidence(), window)), judgement);
    found.push(...checkForecasts(causes, rerun.after).map((check) => ({ ...check, window })));
  }
  return found;
}

/** Middle of the errors of all forecasts that have one; null when none has. */
export function medianError(forecasts: readonly Pick<ForecastCheck, 'error'>[]): number | null {
  const errors = forecasts.flatMap(({ error }) => error ?? []).sort((a, b) => a - b);
  const middle = errors.length / 2;
  const [low, high] = [errors[Math.ceil(middle) - 1], errors[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
