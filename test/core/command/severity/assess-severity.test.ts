import { describe, expect, it } from 'vitest';
import { matchingRules, raisedBy, type EndpointFacts, type SeverityFacts } from '../../../../core/command/severity/assess-severity.js';

const nothing: SeverityFacts = { endpoints: [], services: [], burns: [], hasDataLoss: false, hasSecurityBreach: false };

function endpoint(over: Partial<EndpointFacts> = {}): EndpointFacts {
  return {
    service: 'shop',
    endpoint: 'shop/order',
    isCritical: true,
    requests: 500,
    observedForMs: 180_000,
    isConfirmedWindow: false,
    errorRatio: 0,
    timeoutRatio: 0,
    p95Ms: 100,
    p95BudgetMs: 250,
    evidence: ['E1'],
    ...over,
  };
}
const worst = (facts: Partial<SeverityFacts>) => matchingRules({ ...nothing, ...facts })[0] ?? null;
const ofEndpoint = (over: Partial<EndpointFacts>) => worst({ endpoints: [endpoint(over)] });

describe('the severity rules', () => {
  it.each([
    [0.5, 'SEV1'],
    [0.499, 'SEV2'],
    [0.05, 'SEV2'],
    [0.049, 'SEV3'],
    [0.01, 'SEV3'],
    [0.009, undefined],
  ])('takes an error ratio of %f on a critical endpoint for %s', (errorRatio, severity) => {
    expect(ofEndpoint({ errorRatio })?.severity).toBe(severity);
  });

  it.each([
    [1000, 'SEV2', 'latency-severe'],
    [999, 'SEV3', 'latency'],
    [251, 'SEV3', 'latency'],
    [250, undefined, undefined],
  ])('takes a p95 of %i ms under a budget of 250 ms for %s', (p95Ms, severity, rule) => {
    const found = ofEndpoint({ p95Ms });
    expect([found?.severity, found?.rule]).toEqual([severity, rule]);
  });

  it('holds an endpoint that is not critical for minor', () => {
    expect(ofEndpoint({ p95Ms: 5000, isCritical: false })?.severity).toBe('SEV4');
    expect(ofEndpoint({ errorRatio: 1, isCritical: false })?.severity).toBe('SEV3');
  });

  it('says nothing of fewer than 50 requests or two minutes, unless a load window confirmed it', () => {
    expect(ofEndpoint({ errorRatio: 1, requests: 49 })).toBeNull();
    expect(ofEndpoint({ errorRatio: 1, observedForMs: 119_000 })).toBeNull();
    expect(ofEndpoint({ errorRatio: 1, requests: 49, observedForMs: 1000, isConfirmedWindow: true })?.severity).toBe('SEV1');
  });

  it('takes requests that all time out for an outage', () => {
    expect(ofEndpoint({ timeoutRatio: 1, p95Ms: null })).toMatchObject({ severity: 'SEV1', rule: 'all-time-out' });
    expect(ofEndpoint({ timeoutRatio: 0.99, p95Ms: null })).toBeNull();
  });

  it('tells one critical service from all of them, and does not take an unknown one for down', () => {
    const service = (name: string, isHealthy: boolean | null, isCritical = false) => ({
      service: name,
      isHealthy,
      isCritical,
      evidence: [name],
    });
    expect(worst({ services: [service('a', false), service('b', false)] })?.severity).toBe('SEV1');
    expect(worst({ services: [service('a', false, true), service('b', true)] })).toMatchObject({ severity: 'SEV2', evidence: ['a'] });
    expect(worst({ services: [service('a', false), service('b', true)] })?.severity).toBe('SEV3');
    expect(worst({ services: [service('a', false, true), service('b', null)] })?.severity).toBe('SEV2');
    expect(worst({ services: [service('a', false, true)] })?.severity).toBe('SEV2');
    expect(worst({ services: [service('a', null)] })).toBeNull();
  });

  it('asks both windows of a burn rate', () => {
    const burn = (oneHour: number, fiveMinutes: number) =>
      worst({ burns: [{ service: 'shop', oneHour, fiveMinutes, evidence: [] }] })?.severity;
    expect([burn(14.4, 20), burn(20, 6), burn(1, 1), burn(20, 0.5)]).toEqual(['SEV2', 'SEV3', 'SEV4', undefined]);
  });

  it('puts what a person reports first', () => {
    const rules = matchingRules({ ...nothing, hasDataLoss: true, endpoints: [endpoint({ p95Ms: 300 })] }).map((one) => one.rule);
    expect(rules).toEqual(['data-loss', 'latency']);
  });

  it('tells the figure, the threshold and the evidence', () => {
    expect(ofEndpoint({ errorRatio: 0.153 })).toEqual({
      severity: 'SEV2',
      rule: 'error-ratio',
      reason: '15 % of the requests of shop/order fail (from 5 %)',
      evidence: ['E1'],
    });
  });
});

describe('raising a severity', () => {
  const bad: SeverityFacts = { ...nothing, endpoints: [endpoint({ errorRatio: 1 })] };

  it('only ever raises', () => {
    expect(raisedBy({ severity: 'SEV3', loweredAtMs: null }, bad, 10)?.severity).toBe('SEV1');
    expect(raisedBy({ severity: 'SEV1', loweredAtMs: null }, bad, 10)).toBeNull();
    expect(raisedBy({ severity: 'SEV1', loweredAtMs: null }, nothing, 10)).toBeNull();
  });

  it('leaves what a person lowered until there is newer evidence', () => {
    expect(raisedBy({ severity: 'SEV3', loweredAtMs: 10 }, bad, 10)).toBeNull();
    expect(raisedBy({ severity: 'SEV3', loweredAtMs: 10 }, bad, 11)?.severity).toBe('SEV1');
  });
});
