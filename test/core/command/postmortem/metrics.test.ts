import { expect, test } from 'vitest';
import { postmortemMetrics } from '../../../../core/command/postmortem/metrics.js';
import { sampleIncident } from '../../../support/stories/sample-incident.js';

const nothing = { slo: null, valuePerRequest: null };

test('figures follow their formula and name their inputs', () => {
  const slo = { objective: 0.999, periodMs: 30 * 86_400_000 };
  const metrics = postmortemMetrics(sampleIncident(), { slo, valuePerRequest: { amount: 2, currency: 'EUR' } });
  expect(metrics.ttd).toMatchObject({ value: 300, unit: 's', status: 'recorded', formula: 'detected - begin of the impact' });
  expect(metrics.ttrFromDetection.value).toBe(2700);
  // 50 min x 15 % of 1000 requests per minute; 7.5 of 43.2 min of budget.
  expect(metrics.failedRequests).toMatchObject({
    value: 7500,
    status: 'estimated',
    inputs: { 'error ratio': 0.15, 'minutes of impact': 50 },
  });
  expect(metrics.badMinutes.value).toBeCloseTo(7.5);
  expect(metrics.errorBudgetUsed.value).toBeCloseTo((100 * 7.5) / 43.2);
  expect(metrics.money).toMatchObject({ value: 15_000, unit: 'EUR' });
});

test('what is missing makes a figure unknown and is named', () => {
  const metrics = postmortemMetrics(sampleIncident(), nothing);
  expect(metrics.usersAffected).toMatchObject({ value: null, status: 'not-known', missing: ['users affected'] });
  expect(metrics.slowRequests).toMatchObject({ value: null, missing: ['slow ratio'] });
  expect(metrics.money).toMatchObject({ value: null, missing: ['value per request (catalog)'] });
  expect(metrics.errorBudgetUsed).toMatchObject({ value: null, status: 'not-known' });
});

test('times keep the status of the record: not over is pending, a begin that nobody measured is no zero', () => {
  const { times } = sampleIncident();
  const unmeasured = { seconds: null, status: 'not-applicable', from: null, to: times.ttr.to } as const;
  const metrics = postmortemMetrics(sampleIncident({ times: { ...times, ttd: unmeasured, ttr: unmeasured } }), nothing);
  expect(metrics.ttd).toMatchObject({ value: null, status: 'not-applicable', missing: ['measured begin of the impact'] });
  expect(metrics.ttrFromDetection.value).toBe(2700);
  // 45 min from the detection are at least what it lasted, and that is what the figure says.
  expect(metrics.failedRequests).toMatchObject({
    value: 6750,
    formula: 'requests per minute x error ratio x minutes from the detection (at least)',
  });
  const open = postmortemMetrics(sampleIncident({ times: { ...times, ttr: { ...unmeasured, to: null } } }), nothing);
  expect(open.failedRequests).toMatchObject({ value: null, missing: ['minutes of impact'] });
});

test('each input says how it was got, and one that is missing why', () => {
  const { impact } = sampleIncident();
  const how = { errorRatio: 'counters of payment', estimatedAffected: 'nothing tells one user from another' };
  const metrics = postmortemMetrics(sampleIncident({ impact: { ...impact, how } }), nothing);
  expect(metrics.failedRequests.inputs).toMatchObject({ 'error ratio': 0.15, 'error ratio: how': 'counters of payment' });
  expect(metrics.usersAffected.missing).toEqual(['users affected: nothing tells one user from another']);
});
