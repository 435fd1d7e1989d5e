import type { Cause } from '../../model/cause.js';
import type { ForecastCheck, RunFigures } from '../../model/rerun.js';

/** What was forecast for each cause beside what a re-run measured; nothing where no forecast was made, or no request answered. */
export function checkForecasts(causes: readonly Pick<Cause, 'id' | 'remedy'>[], { meanMs }: Pick<RunFigures, 'meanMs'>): ForecastCheck[] {
  if (meanMs === null || meanMs <= 0) return [];
  return causes.flatMap(({ id, remedy: { forecast } }) => {
    if (forecast === undefined) return [];
    const { kind, lowMs, likelyMs, highMs } = forecast;
    const error = kind === 'bound' || likelyMs === null ? null : Math.abs(likelyMs - meanMs) / meanMs;
    return [{ cause: id, forecast, measuredMs: meanMs, error, isInside: meanMs >= lowMs && meanMs <= (highMs ?? Infinity) }];
  });
}
