import { describe, expect, it } from 'vitest';
import { writeLoadScript } from '../../../core/load/script.js';
import { scenario, scriptTiming } from '../../../core/load/script-plan.js';
import type { LoadPlan } from '../../../core/model/load-result.js';

const request = {
  method: 'POST',
  url: 'http://user:hidden@shop.test/orders?token=s3cret',
  headers: { authorization: 'Bearer s3cret' },
  body: '{"card":"4111"}',
};
const plan: LoadPlan = {
  executor: 'constant-vus',
  vus: 20,
  rate: null,
  durationMs: 60_000,
  rampUpMs: 0,
  warmUpMs: 5_000,
  maxVus: null,
  script: null,
  stopAtErrorRatio: null,
};
const open: LoadPlan = { ...plan, executor: 'constant-arrival-rate', rate: 60 };

function scenarioOf(changed: LoadPlan): Record<string, unknown> {
  return scenario(changed, scriptTiming(changed, {}), {});
}

describe('writeLoadScript', () => {
  it('writes the same text for the same plan', () => {
    expect(writeLoadScript(request, plan, { p95Ms: 250 })).toBe(writeLoadScript(request, plan, { p95Ms: 250 }));
  });

  it('holds no header, body, query or user of the request', () => {
    const script = writeLoadScript(request, plan, { p95Ms: 250 });
    expect(script).toContain('// POST http://shop.test/orders\n');
    for (const secret of ['s3cret', '4111', 'hidden', 'Bearer']) expect(script).not.toContain(secret);
  });

  it('cannot be broken out of by an address', () => {
    const script = writeLoadScript({ ...request, url: 'http://shop.test/a\nthrow 1;//' }, plan, {});
    expect(script.split('\n')[1]).toMatch(/^\/\/ Generated/);
  });

  it('puts warm-up and measurement into one scenario, so that no gap is between them', () => {
    expect(scenarioOf(plan)).toMatchObject({ executor: 'constant-vus', vus: 20, duration: '65000ms' });
    expect(scenarioOf({ ...plan, rampUpMs: 10_000 })).toMatchObject({
      executor: 'ramping-vus',
      stages: [
        { duration: '10000ms', target: 20 },
        { duration: '65000ms', target: 20 },
      ],
    });
  });

  it('offers fractions of a request per second as a whole number of a longer unit', () => {
    expect(scenarioOf({ ...open, rate: 0.15 })).toMatchObject({ rate: 15, timeUnit: '100s' });
    expect(scenarioOf(open)).toMatchObject({ rate: 60, timeUnit: '1s' });
  });

  it('never plans more users than the catalog allows', () => {
    expect(scenarioOf({ ...open, maxVus: 12 })).toMatchObject({ preAllocatedVUs: 12, maxVUs: 12 });
  });

  it('cuts the judged part into six windows at least', () => {
    expect(scriptTiming({ ...plan, durationMs: 10_000 }, {}).windows).toBe(6);
    expect(scriptTiming({ ...plan, durationMs: 24 * 3_600_000 }, {}).windows).toBe(12);
  });

  it('waits for the last answers longer than the largest budget', () => {
    expect(scriptTiming(plan, { p95Ms: 4_000 }).gracefulStopMs).toBe(8_000);
    expect(scriptTiming(plan, { p95Ms: 4_000 }).requestTimeoutMs).toBe(60_000);
  });
});
