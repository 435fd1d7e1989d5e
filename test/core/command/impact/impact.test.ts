import { describe, expect, it } from 'vitest';
import { impactFigures, leastSlowRatio, type ImpactEvidence } from '../../../../core/command/impact/impact-figures.js';
import { burnRates, measureImpact } from '../../../../core/command/impact/measure-impact.js';
import { unknownPolicy } from '../../../../core/command/incident/policy.js';
import { appendEvent } from '../../../../core/command/incident/record-event.js';
import type { Series } from '../../../../core/command/rca/onset.js';

const begin = Date.parse('2026-03-02T14:00:00Z');
const minute = 60_000;

function series(signal: string, valueAt: (second: number) => number, service = 'shop'): Series {
  const samples = Array.from({ length: 241 }, (_, index) => ({ atMs: begin + index * 15_000, value: valueAt(index * 15) }));
  return { service, signal, samples };
}

const window = { fromMs: begin + 30 * minute, toMs: begin + 60 * minute };

describe('what counters say', () => {
  it('is the sum of rate times ratio over the impact, not an average of averages', () => {
    // 10/s, of which half fail for the first ten minutes of the window; then 30/s without a failure.
    const traffic = series('traffic', (second) => (second < 40 * 60 ? 10 : 30));
    const errors = series('errors', (second) => (second >= 30 * 60 && second < 40 * 60 ? 0.5 : 0));
    const measure = measureImpact([traffic, errors], window, null);
    expect(measure?.requests).toBeCloseTo(10 * 600 + 30 * 1200);
    expect(measure?.failed).toBeCloseTo(0.5 * 10 * 600);
    expect(measure).toMatchObject({ from: '2026-03-02T14:30:00.000Z', to: '2026-03-02T15:00:00.000Z', services: ['shop'], unread: null });
  });

  it('counts nothing that was not scraped, and nothing where no traffic could be read', () => {
    const traffic = series('traffic', () => 10);
    const holes = { ...traffic, samples: traffic.samples.filter(({ atMs }) => atMs < begin + 40 * minute || atMs > begin + 50 * minute) };
    // Ten minutes and one step are missing, of which two steps are bridged.
    expect(measureImpact([holes], window, null)?.requests).toBeCloseTo(10 * (1800 - 600 - 15 + 15));
    expect(measureImpact([series('errors', () => 1)], window, null)).toBeNull();
    expect(measureImpact([traffic], window, 'errors of shop (NaN)')).toMatchObject({ failed: null, unread: 'errors of shop (NaN)' });
    const idle = [series('traffic', () => 0), series('errors', () => NaN)];
    expect(measureImpact(idle, window, null)).toMatchObject({ requests: 0, failed: 0 });
  });

  it('burns a budget over an hour and over five minutes, weighed by traffic', () => {
    const nowMs = begin + 60 * minute;
    const errors = series('errors', (second) => (second >= 54 * 60 ? 0.1 : 0));
    const [burn] = burnRates([errors, series('traffic', () => 5)], { shop: 0.99 }, nowMs);
    expect(burn?.fiveMinutes).toBeCloseTo(10);
    expect(burn?.oneHour).toBeCloseTo(1, 0);
    expect(burnRates([errors], {}, nowMs)).toEqual([]);
    expect(burnRates([errors], { shop: 1 }, nowMs)).toEqual([]);
    expect(burnRates([series('errors', () => NaN)], { shop: 0.99 }, nowMs)).toEqual([]);
  });
});

describe('the figures of the impact', () => {
  const measured = {
    ...{ from: '2026-03-02T14:30:00.000Z', to: '2026-03-02T15:00:00.000Z', services: ['shop'] },
    ...{ requests: 9_000, failed: 900, unread: null },
  };
  const confirmation = (data: Record<string, string | number | null>, at = '2026-03-02T14:40:00.000Z') =>
    appendEvent(
      [],
      {
        kind: 'triage',
        text: 'confirmed',
        at,
        data: {
          milestone: 'confirmation',
          verdict: 'confirmed',
          endpoint: 'shop/pay',
          requests: 600,
          errorRatio: 0.5,
          slowRatio: 0.05,
          ...data,
        },
      },
      at,
    );
  const given = (over: Partial<ImpactEvidence>): ImpactEvidence => ({ record: [], affected: ['shop'], policy: unknownPolicy, ...over });

  it('are of the users: what we sent ourselves is taken off, and it is said', () => {
    const figures = impactFigures(given({ record: confirmation({}), measuredImpact: measured }));
    expect(figures.errorRatio).toBeCloseTo((900 - 300) / (9_000 - 600));
    expect(figures.requestsPerMinute).toBeCloseTo(8_400 / 30);
    expect(figures.how.errorRatio).toContain('600 of 8400 requests: counters of shop');
    expect(figures.how.errorRatio).toContain('less 600 requests of our own loads (T-1)');
    // A load outside of the window is in none of its counters.
    const before = confirmation({}, '2026-03-02T14:10:00.000Z');
    expect(impactFigures(given({ record: before, measuredImpact: measured })).errorRatio).toBeCloseTo(0.1);
  });

  it('fall back to the load that confirmed the symptom and a normal minute of the catalog, and say so', () => {
    const policy = { ...unknownPolicy, impact: { measured: [], usualPerMinute: { shop: 1_200 } } };
    const figures = impactFigures(given({ record: confirmation({}), policy }));
    expect(figures).toMatchObject({ errorRatio: 0.5, slowRatio: 0.05, requestsPerMinute: 1_200 });
    expect(figures.how).toMatchObject({
      errorRatio: expect.stringContaining('50 % of 600 requests of the load that confirmed the symptom (T-1, shop/pay)') as string,
      slowRatio: expect.stringContaining('at least') as string,
      requestsPerMinute: expect.stringContaining('a normal minute') as string,
    });
  });

  it('are null only with a reason, and a window that was not confirmed tells nothing', () => {
    const figures = impactFigures(given({ record: confirmation({ verdict: 'not-reproduced' }) }));
    for (const name of ['errorRatio', 'slowRatio', 'requestsPerMinute', 'estimatedAffected'] as const) {
      expect(figures[name]).toBeNull();
      expect(figures.how[name].length, name).toBeGreaterThan(20);
    }
    expect(figures.how.requestsPerMinute).toContain('traffic.rate of shop');
  });

  it('take the share that a percentile beyond the budget proves', () => {
    expect(leastSlowRatio({ p50Ms: 300, p95Ms: 900, p99Ms: 950 }, 250)).toBe(0.5);
    expect(leastSlowRatio({ p50Ms: 200, p95Ms: 900, p99Ms: 950 }, 250)).toBe(0.05);
    expect(leastSlowRatio({ p50Ms: 200, p95Ms: 220, p99Ms: 950 }, 250)).toBe(0.01);
    expect(leastSlowRatio({ p50Ms: 200, p95Ms: 220, p99Ms: 240 }, 250)).toBe(0);
    expect(leastSlowRatio({ p50Ms: null, p95Ms: null, p99Ms: null }, 250)).toBeNull();
    expect(leastSlowRatio({ p50Ms: 300 }, null)).toBeNull();
  });
});
