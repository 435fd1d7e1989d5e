import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../config/catalog.js';
import { findEndpoint } from '../../config/resolve/find-endpoint.js';
import { changeRefusal } from '../../config/resolve/resolve-change-window.js';
import { resolveLoad } from '../../config/resolve/resolve-load.js';

const catalogWith = (service: string, endpoint: string, rest = '') =>
  parseCatalog(
    `version: 1\n${rest}services:\n  shop:\n    ${service}\n    endpoints:\n      pay: { ${endpoint}, budgets: { p95Ms: 9 } }\n`,
    'responder.yaml',
  );

describe('the environment', () => {
  it.each(['http://shop.internal/', 'https://10.0.0.7:8443/', 'http://0.0.0.0/', 'http://127.0.0.1.evil.test/'])(
    'has to be said for %s',
    (url) => {
      expect(() => catalogWith('coolDown: 1m', `url: '${url}'`)).toThrow(
        /responder.yaml:\d+: services.shop.environment: expected an environment.*is not this machine.*got nothing/,
      );
      expect(() => catalogWith('environment: staging', `url: '${url}'`)).not.toThrow();
      expect(() => catalogWith('coolDown: 1m', `url: '${url}'`, 'defaults: { environment: production }\n')).not.toThrow();
    },
  );

  it.each(['http://127.0.0.1:8080/', 'http://localhost/', 'http://[::1]:1/', 'http://127.9.9.9/', 'http://shop.localhost/'])(
    'may be left out for %s',
    (url) => {
      expect(() => catalogWith('coolDown: 1m', `url: '${url}'`)).not.toThrow();
    },
  );
});

describe('a request that changes something', () => {
  const load = (service: string, endpoint: string) => {
    const catalog = catalogWith(service, `url: 'http://127.0.0.1:1/', ${endpoint}`);
    return () => resolveLoad(catalog, findEndpoint(catalog, 'shop/pay'), {});
  };
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s is repeated outside development only when somebody said that this is safe',
    (method) => {
      expect(load('environment: staging', `method: ${method}`)).toThrow(/shop\/pay is .* in staging.*replaySafe: true/);
      expect(load('environment: staging', `method: ${method}, replaySafe: true`)).not.toThrow();
      expect(load('environment: staging', `method: ${method}, headers: { Idempotency-Key: k }`)).not.toThrow();
      expect(load('environment: development', `method: ${method}`)).not.toThrow();
    },
  );
  it.each(['GET', 'HEAD'])('%s is none', (method) => {
    expect(load('environment: staging', `method: ${method}`)).not.toThrow();
  });
});

describe('a change window', () => {
  const window = `changeWindow: { days: [Mon, Tue], from: "22:00", to: "04:00", timezone: Europe/Berlin, freeze: [{ from: 2026-12-01T00:00:00+01:00, to: 2027-01-02T00:00:00+01:00, reason: year end }] }`;
  const catalog = catalogWith(window, `url: 'http://127.0.0.1:1/'`);
  it.each([
    // A Monday in Berlin, an hour ahead of UTC in winter and two in summer.
    ['2026-11-23T20:59:00Z', /Mon, Tue 22:00 to 04:00 Europe\/Berlin, and it is Mon 21:59/],
    ['2026-11-23T21:00:00Z', null],
    ['2026-07-06T20:00:00Z', null],
    ['2026-11-25T22:00:00Z', /it is Wed 23:00/],
    ['2026-12-14T22:00:00Z', /frozen until 2027-01-01T23:00:00.000Z \(year end\)/],
  ])('at %s', (at, why) => {
    const refusal = changeRefusal(catalog, 'shop/pay', Date.parse(at));
    if (why === null) expect(refusal).toBeNull();
    else expect(refusal).toMatch(why);
  });
});
