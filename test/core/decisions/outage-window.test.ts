import { describe, expect, it } from 'vitest';
import { loadWindowMs } from '../../../core/decisions/load/describe-load.js';
import { outagePlan } from '../../../core/decisions/load/outage-window.js';
import type { LoadPlan } from '../../../core/model/load-result.js';

const plan: LoadPlan = {
  executor: 'constant-arrival-rate',
  vus: 10,
  rate: 40,
  durationMs: 60_000,
  rampUpMs: 5_000,
  warmUpMs: 5_000,
  maxVus: 100,
  script: null,
  stopAtErrorRatio: null,
};

const failing = (errors: Record<string, number>, failedRatio = 1) => ({ failedRatio, requests: 400, errors });

describe('the second look at a service that fails', () => {
  it('offers the same load for less time than the guard allows', () => {
    const look = outagePlan(plan, failing({ 'HTTP 500': 400 }));
    expect(look).toMatchObject({ executor: 'constant-arrival-rate', rate: 40, maxVus: 100 });
    expect(loadWindowMs(look ?? plan)).toBeLessThan(10_000);
  });

  it.each([
    ['most requests are still answered', plan, failing({ 'HTTP 500': 360 }, 0.9)],
    ['nothing listens', plan, failing({ 'connection refused': 400 })],
    ['the name means nothing', plan, failing({ 'name not resolved': 390, 'connection refused': 10 })],
    ['the catalog limits the failures of a load', { ...plan, stopAtErrorRatio: 0.05 }, failing({ 'HTTP 503': 400 })],
    ['a script of the user decides its length', { ...plan, script: '/k6/own.js' }, failing({ 'HTTP 503': 400 })],
  ])('is not taken when %s', (_, given, load) => {
    expect(outagePlan(given, load)).toBeNull();
  });
});
