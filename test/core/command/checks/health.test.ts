import { describe, expect, it } from 'vitest';
import { judged, worst } from '../../../../core/command/checks/check.js';
import { judgeHealth, worstHealth, type HealthSample } from '../../../../core/command/checks/health.js';
import { readHealthBody } from '../../../../core/command/checks/health-body.js';

const up: HealthSample = { tookMs: 12, status: 200, body: { says: null, detail: null }, error: null };
const refused: HealthSample = { tookMs: 1, status: null, body: null, error: 'connect ECONNREFUSED' };
const failing: HealthSample = { ...up, body: { says: 'fail', detail: 'db down' } };

describe('judgeHealth', () => {
  it.each([
    ['three good answers', [up, up, up], 'up', 'ok'],
    ['no answer at all', [refused, refused, refused], 'down', 'fail'],
    ['a server error', [{ ...up, status: 503 }], 'down', 'fail'],
    ['200 with a failing body', [failing, failing, failing], 'down', 'fail'],
    ['answers that differ', [up, refused, up], 'flapping', 'fail'],
    ['bodies that differ', [up, failing, up], 'flapping', 'fail'],
    ['slower than the limit', [{ ...up, tookMs: 1001 }], 'slow', 'warn'],
    ['exactly at the limit', [{ ...up, tookMs: 1000 }], 'up', 'ok'],
    ['one slow answer of three', [up, { ...up, tookMs: 2500 }, up], 'up', 'ok'],
    ['a redirect', [{ ...up, status: 302 }], 'up', 'ok'],
    ['a body that warns', [{ ...up, body: { says: 'warn', detail: 'disk 91 %' } }], 'up', 'warn'],
    ['nothing', [], 'unknown', 'unknown'],
  ] as const)('calls %s %s', (_, samples, state, verdict) => {
    const judgement = judgeHealth(samples, 1000);
    expect([judgement.state, judgement.finding.verdict]).toEqual([state, verdict]);
    expect(judgement.finding.remedy === null).toBe(verdict === 'ok');
  });

  it('takes the worst of several addresses, and knows nothing of none', () => {
    expect(worstHealth(['up', 'slow', 'flapping'])).toBe('flapping');
    expect(worstHealth(['up', 'unknown'])).toBe('unknown');
    expect(worstHealth([])).toBe('unknown');
  });
});

describe('readHealthBody', () => {
  it.each([
    ['application/health+json', '{"status":"pass"}', 'pass'],
    ['application/health+json; charset=utf-8', '{"status":"fail"}', 'fail'],
    ['application/health+json', '{"status":"warn"}', 'warn'],
    ['application/health+json', 'oops', 'warn'],
    ['application/json', '{"status":"UP"}', 'pass'],
    ['application/json', '{"status":"OUT_OF_SERVICE"}', 'fail'],
    ['application/json', '{"ok":false}', 'fail'],
    ['application/json', '{"healthy":true,"status":"running"}', 'pass'],
    ['application/json', '{"status":"running"}', null],
    ['application/json', '{"status":200}', null],
    [null, '{"status":"down"}', 'fail'],
    ['text/plain', 'OK\n', 'pass'],
    ['text/plain', 'Unhealthy', 'fail'],
    ['text/html', '<html><body>error</body></html>', null],
    ['text/plain', '', null],
  ])('reads %s %s as %s', (type, text, says) => {
    expect(readHealthBody(type, text).says).toBe(says);
  });

  it('names the components that fail, of the draft and of Spring', () => {
    const draft = {
      status: 'fail',
      checks: { 'postgres:responseTime': [{ status: 'fail', output: 'timeout' }], 'disk:space': [{ status: 'pass' }] },
    };
    expect(readHealthBody('application/health+json', JSON.stringify(draft)).detail).toBe('postgres:responseTime fail (timeout)');
    const spring = { status: 'DOWN', components: { db: { status: 'DOWN' }, ping: { status: 'UP' } } };
    expect(readHealthBody('application/json', JSON.stringify(spring)).detail).toBe('db DOWN');
  });
});

describe('judged', () => {
  const words = { detail: '', command: null, remedy: 'do' };
  it('fails and warns from the limit on, and tells a remedy only then', () => {
    expect(judged(79, { warn: 80, fail: 95 }, words)).toMatchObject({ verdict: 'ok', limit: 80, remedy: null });
    expect(judged(80, { warn: 80, fail: 95 }, words)).toMatchObject({ verdict: 'warn', limit: 80, remedy: 'do' });
    expect(judged(95, { warn: 80, fail: 95 }, words)).toMatchObject({ verdict: 'fail', limit: 95 });
    expect(judged(3, { warn: 21, fail: 3, isLess: true }, words).verdict).toBe('fail');
    expect(judged(1e9, { warn: null, fail: null }, words)).toMatchObject({ verdict: 'ok', limit: null });
  });
  it('counts unknown as worse than ok and better than warn', () => {
    expect(worst(['ok', 'unknown'])).toBe('unknown');
    expect(worst(['unknown', 'warn', 'ok'])).toBe('warn');
    expect(worst([])).toBe('ok');
  });
});
