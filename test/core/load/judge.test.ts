import { describe, expect, it } from 'vitest';
import { judgeLoad } from '../../../core/load/judge/judge.js';
import type { Confirmation, LoadPlan, LoadResult } from '../../../core/model/load-result.js';
import type { Symptom } from '../../../core/model/incident.js';
import { loadResult } from './load-result.js';

const plan: LoadPlan = {
  executor: 'constant-vus',
  vus: 20,
  rate: null,
  durationMs: 30_000,
  rampUpMs: 0,
  warmUpMs: 0,
  maxVus: null,
  script: null,
  stopAtErrorRatio: null,
};
const slow = { p50: 400, p95: 900, p99: 950, mean: 450, max: 1000 };
const latencyMs = loadResult().latencyMs;
const nothing = { p50: null, p95: null, p99: null, mean: null, max: null };

function judge(changes: Partial<LoadResult>, budgets: Confirmation['budget'] = { p95Ms: 250 }, symptom?: Symptom): Confirmation {
  return judgeLoad(loadResult(changes), { budgets, plan, symptom });
}

describe('judgeLoad', () => {
  it('confirms a broken budget and names it', () => {
    expect(judge({ latencyMs: slow, exitCode: 99 })).toMatchObject({ verdict: 'confirmed', broken: ['p95'], observed: { p95Ms: 900 } });
  });

  it('says not reproduced when every budget is kept and enough was measured', () => {
    expect(judge({})).toMatchObject({ verdict: 'not-reproduced', broken: [] });
    expect(judge({ latencyMs: { ...latencyMs, p95: 250 } }).verdict).toBe('not-reproduced');
  });

  it.each([
    ['199 requests', { requests: 199 }, { p95Ms: 250 }],
    ['19 s', { durationMs: 19_000 }, { p95Ms: 250 }],
    ['999 requests for a p99 whose slowest is above it', { requests: 999, latencyMs: { ...latencyMs, max: 400 } }, { p99Ms: 250 }],
    ['299 requests for a p99 with none above it', { requests: 299 }, { p99Ms: 250 }],
  ])('does not say not reproduced from %s', (_, changes, budgets) => {
    expect(judge(changes, budgets).verdict).toBe('unproven');
  });

  it.each([
    ['200 requests in 20 s', { requests: 200, durationMs: 20_000 }, { p95Ms: 250 }],
    ['1000 requests for a p99', { requests: 1_000, latencyMs: { ...latencyMs, max: 400 } }, { p99Ms: 250 }],
    ['300 requests for a p99 with none above it', { requests: 300 }, { p99Ms: 250 }],
  ])('says not reproduced from %s', (_, changes, budgets) => {
    expect(judgeLoad(loadResult(changes), { budgets, plan: null }).verdict).toBe('not-reproduced');
  });

  it('confirms an overwhelming break from few requests, and not a narrow one', () => {
    const few = { requests: 24, durationMs: 8_000 };
    expect(judgeLoad(loadResult({ ...few, latencyMs: slow }), { budgets: { p95Ms: 250 }, plan: null }).verdict).toBe('confirmed');
    const narrow = { ...latencyMs, p95: 260, p99: 280, max: 290 };
    expect(judgeLoad(loadResult({ ...few, latencyMs: narrow }), { budgets: { p95Ms: 250 }, plan: null }).verdict).toBe('unproven');
    expect(judgeLoad(loadResult({ requests: 9, latencyMs: slow }), { budgets: { p95Ms: 250 }, plan: null }).verdict).toBe('unproven');
  });

  it('counts requests without an answer as slower than any budget', () => {
    expect(judge({ errors: { timeout: 60 }, failedRatio: 0.1 })).toMatchObject({ verdict: 'confirmed', broken: ['p95'] });
    const hung = { requests: 0, errors: { 'unanswered when the load ended': 20 }, latencyMs: nothing };
    expect(judge(hung)).toMatchObject({ verdict: 'confirmed', broken: ['p95'] });
  });

  it('confirms that a target is mute even from a handful of users, each of which waited', () => {
    const mute = { requests: 0, latencyMs: nothing, failedRatio: 0, errors: { 'unanswered when the load ended': 3 } };
    expect(judge(mute)).toMatchObject({ verdict: 'confirmed', broken: ['p95'] });
    expect(judge({ ...mute, durationMs: 5_000 }).verdict).toBe('unproven');
  });

  it('does not let fast errors hide latency, and treats them as a symptom of their own', () => {
    const unjudged = judge({ failedRatio: 0.3, errors: { 'HTTP 500': 180 } });
    expect(unjudged.verdict).toBe('unproven');
    expect(unjudged.reasons.at(-1)).toContain('--budget errors=1%');
    expect(judge({ requests: 199 }).reasons.join()).not.toContain('errors=1%');
    expect(judge({ failedRatio: 0.3 }, { p95Ms: 250, errorRatio: 0.01 })).toMatchObject({ verdict: 'confirmed', broken: ['error-ratio'] });
  });

  it.each([
    ['dropped iterations', { droppedIterations: 40 }, /dropped/],
    ['an exit code of a partial run', { exitCode: 105 }, /exit code 105/],
    ['exit code 99 without a crossed threshold', { exitCode: 99 }, /exit code 99/],
    ['a load that ended early', { durationMs: 22_000 }, /ended after 22 s of 30 s/],
    ['a script that throws now and then', { errors: { 'script exception: boom': 60 } }, /threw in 60 of 600/],
    ['requests to addresses that are not allowed', { errors: { 'address not allowed': 3 } }, /catalog does not name/],
  ])('finds nothing proven by %s', (_, changes, reason) => {
    const { verdict, reasons } = judge(changes);
    expect(verdict).toBe('unproven');
    expect(reasons.join()).toMatch(reason);
  });

  it('does not blame the target when the generator was saturated', () => {
    const generator = { cpuRatio: 0.93, peakRssBytes: null, hostLoadAverage: null, droppedRatio: 0 };
    expect(judge({ latencyMs: slow, generator }).verdict).toBe('unproven');
    expect(judge({ latencyMs: slow, generator: { ...generator, cpuRatio: 0.3 } }).verdict).toBe('confirmed');
    // Errors are the target's own, however busy the generator is.
    expect(judge({ failedRatio: 0.5, generator }, { errorRatio: 0.01 }).verdict).toBe('confirmed');
  });

  it('judges a rate only when the load could have reached it', () => {
    const open = { ...plan, executor: 'constant-arrival-rate', rate: 60 } as const;
    const result = loadResult({ requestRate: 20 });
    expect(judgeLoad(result, { budgets: { minRequestRate: 50 }, plan: open })).toMatchObject({
      verdict: 'confirmed',
      broken: ['request-rate'],
    });
    expect(judgeLoad(result, { budgets: { minRequestRate: 50 }, plan: { ...open, rate: 20 } }).verdict).toBe('unproven');
  });

  it('measures a symptom without a budget by what was reported', () => {
    const symptom: Symptom = { metric: 'p99', value: 1_000, text: 'p99 1s' };
    expect(judge({ requests: 1_000, latencyMs: slow }, {}, symptom)).toMatchObject({ verdict: 'confirmed', broken: ['p99'] });
    expect(judge({ requests: 1_000 }, {}, symptom).verdict).toBe('not-reproduced');
    expect(judge({ requests: 1_000, latencyMs: { ...slow, p99: 650, max: 700 } }, {}, symptom).verdict).toBe('unproven');
  });

  it('says when something else is broken than was reported', () => {
    const symptom: Symptom = { metric: 'error-ratio', value: 0.12, text: 'errors 12%' };
    const { verdict, reasons } = judge({ latencyMs: slow }, { p95Ms: 250, errorRatio: 0.01 }, symptom);
    expect(verdict).toBe('confirmed');
    expect(reasons).toContain('errors 12% was reported and is not what is broken now');
  });

  it('has no verdict without a budget', () => {
    expect(judge({}, {})).toMatchObject({ verdict: 'unproven' });
  });
});
