import { forecast, type Avoidable } from './forecast.js';
import type { LoadPlan } from '../../model/load-result.js';
import type { Forecast, Remedy } from '../../model/cause.js';
import { ms } from '../figures.js';
import type { RuleContext } from '../rule.js';

/** What removing a cause gains, in words and numbers: the fields of a remedy that the queueing model fills in. */
export function expectedGain(context: RuleContext, avoided: Avoidable): Pick<Remedy, 'expected' | 'basis' | 'forecast'> {
  const made = forecast(context, avoided);
  return { expected: describeForecast(made, context.input.plan), basis: 'estimated', forecast: made };
}

/** Adds known advice to a forecast; empty advice adds nothing. */
export function withAdvice<Gain extends { expected: string }>(gain: Gain, advice: string): Gain {
  return advice === '' ? gain : { ...gain, expected: `${gain.expected}; ${advice}` };
}

/** The gain of removing a place whose defect is unknown: nothing can be promised. */
export const noForecast: Pick<Remedy, 'expected' | 'basis'> = {
  expected: 'no forecast: what would make it faster is not known yet',
  basis: 'none',
};

/** `mean latency 324 ms → 0.86 ms to 2.10 ms (estimated by the queueing model at the load of this window)`. */
function describeForecast({ nowMs, lowMs, likelyMs, highMs, kind }: Forecast, plan: LoadPlan): string {
  const source = '(estimated by the queueing model at the load of this window)';
  const from = `mean latency ${ms(nowMs)} →`;
  if (kind === 'bound') return `${from} no less than ${ms(lowMs)}, which the rest of the request takes ${source}`;
  if (likelyMs === null)
    return `not enough alone: at ${plan.rate === null ? `${plan.vus} users` : `${plan.rate} requests/s`} the work that is left is still more than the service can do ${source}`;
  if (highMs === null) return `${from} ${ms(lowMs)} or more ${source}`;
  return ms(lowMs) === ms(highMs) ? `${from} about ${ms(lowMs)} ${source}` : `${from} ${ms(lowMs)} to ${ms(highMs)} ${source}`;
}
