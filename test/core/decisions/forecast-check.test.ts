import { describe, expect, it } from 'vitest';
import { checkForecasts } from '../../../core/decisions/remedy/forecast-check.js';
import type { Cause, Forecast } from '../../../core/model/cause.js';

function causeWith(forecast?: Forecast): Pick<Cause, 'id' | 'remedy'> {
  const remedy = { kind: 'code-change', statement: 'change it', expected: 'less', basis: 'estimated' as const };
  return { id: 'hot-function', remedy: forecast === undefined ? remedy : { ...remedy, forecast } };
}

const range: Forecast = { nowMs: 324, lowMs: 0.8, likelyMs: 1, highMs: 2, kind: 'range' };

describe('a forecast beside its measurement', () => {
  it('has the error of what was likely, against what was measured', () => {
    expect(checkForecasts([causeWith(range)], { meanMs: 1.25 })).toEqual([
      { cause: 'hot-function', forecast: range, measuredMs: 1.25, error: 0.2, isInside: true },
    ]);
    expect(checkForecasts([causeWith(range)], { meanMs: 4 })[0]).toMatchObject({ error: 0.75, isInside: false });
  });

  it('has no error where only a bound was known, or overload was forecast', () => {
    const bound = checkForecasts([causeWith({ ...range, highMs: null, kind: 'bound' })], { meanMs: 7 })[0];
    expect(bound).toMatchObject({ error: null, isInside: true });
    expect(checkForecasts([causeWith({ ...range, likelyMs: null, highMs: null })], { meanMs: 7 })[0]?.error).toBeNull();
  });

  it('is not there where nothing was forecast, or nothing was measured', () => {
    expect(checkForecasts([causeWith()], { meanMs: 4 })).toEqual([]);
    expect(checkForecasts([causeWith(range)], { meanMs: null })).toEqual([]);
  });
});
