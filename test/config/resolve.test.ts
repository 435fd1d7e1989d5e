import { describe, expect, it } from 'vitest';
import { parseCatalog, type Catalog } from '../../config/catalog.js';
import { findEndpoint, findEndpointByLabels } from '../../config/resolve/find-endpoint.js';
import { resolveDatabases, resolveProcess, resolveProfiler, resolveRequest } from '../../config/resolve/resolve-access.js';
import { resolveTarget } from '../../config/resolve/resolve-target.js';
import { parseBudget, parseSymptom } from '../../config/resolve/symptom.js';

const text = `version: 1
defaults: { load: { executor: constant-vus, vus: 7, duration: 30s } }
services:
  shop:
    environment: staging
    endpoints:
      place-order:
        method: POST
        replaySafe: true
        url: http://127.0.0.1:8080/orders
        headers: { authorization: { env: EDGE_TEST_TOKEN }, x-flag: on }
        body: { sku: A-1 }
        budgets: { p95Ms: 250 }
        load: { rate: 60, warmUp: 5s }
      search: { url: 'http://127.0.0.1:8080/search?q=red' }
      prices:
        url: http://127.0.0.1:8080/prices
        load: { stages: [{ name: normal, rate: 20, duration: 30s }, { rate: 20, to: 60, duration: 10s }] }
    databases: { main: { kind: postgres, connection: { env: EDGE_TEST_DATABASE } } }
  pay:
    environment: production
    allowLoad: { maxRate: 50, maxDuration: 20s, stopAtErrorRatio: 0.05 }
    profiler: { file: captures/pay.folded }
    endpoints:
      charge: { url: 'https://pay.test/charge', budgets: { p95Ms: 100 } }
  bank:
    environment: production
    endpoints: { transfer: { url: 'https://bank.test/transfer', budgets: { p95Ms: 100 } } }
`;
const catalog: Catalog = parseCatalog(text, 'responder.yaml');
process.env['EDGE_TEST_TOKEN'] = 'Bearer abc';

function refusal(endpoint: string, options = {}, symptom: string | null = null): string {
  const resolved = resolveTarget(catalog, endpoint, options, symptom === null ? null : parseSymptom(symptom));
  return resolved.ok ? 'not refused' : resolved.reason;
}

function planOf(endpoint: string, options = {}) {
  const resolved = resolveTarget(catalog, endpoint, options, parseSymptom('p95 1s'));
  if (!resolved.ok) throw new Error(resolved.reason);
  return resolved.plan;
}

describe('finding the target', () => {
  it('takes a catalog key, or METHOD URL of a host in the catalog', () => {
    expect(findEndpoint(catalog, 'shop/search').serviceName).toBe('shop');
    expect(findEndpoint(catalog, 'GET http://127.0.0.1:8080/search?q=red').key).toBe('shop/search');
    expect(findEndpoint(catalog, 'POST http://127.0.0.1:8080/orders').key).toBe('shop/place-order');
    const other = findEndpoint(catalog, 'GET http://127.0.0.1:8080/search?q=blue');
    expect([other.key, other.endpoint.url]).toEqual(['GET http://127.0.0.1:8080/search?q=blue', 'http://127.0.0.1:8080/search?q=blue']);
  });

  it('refuses an unknown endpoint with the known ones and the nearest', () => {
    expect(refusal('shop/place-ordr')).toMatch(/expected one of shop\/place-order, shop\/search, .*did you mean "shop\/place-order"\?/);
  });

  it.each([
    'GET http://127.0.0.1:9999/',
    'GET http://127.0.0.1.evil.test:8080/orders',
    'GET https://127.0.0.1:8080/orders',
    'GET http://shop@evil.test/',
  ])('refuses a host outside the catalog: %s', (endpoint) => {
    expect(refusal(endpoint)).toMatch(/target not allowed: expected a host of the catalog/);
  });

  it('reads endpoint labels of alerts as key, name or METHOD /path of that service', () => {
    expect(
      ['shop/search', 'search', 'GET /search', '/search', 'POST /orders'].map((label) => findEndpointByLabels(catalog, 'shop', label)),
    ).toEqual(['shop/search', 'shop/search', 'shop/search', 'shop/search', 'shop/place-order']);
    expect([findEndpointByLabels(catalog, 'pay', 'search'), findEndpointByLabels(catalog, 'shop', 'GET /orders')]).toEqual([null, null]);
  });
});

describe('resolving a triage', () => {
  it('lets the nearer setting win: command line over endpoint over defaults', () => {
    expect(planOf('shop/search')).toMatchObject({ executor: 'constant-vus', vus: 7, durationMs: 30_000, rate: null });
    expect(planOf('shop/place-order')).toMatchObject({ executor: 'constant-arrival-rate', rate: 60, warmUpMs: 5000, durationMs: 30_000 });
    expect(planOf('shop/place-order', { vus: 3, durationMs: 15_000 })).toMatchObject({
      executor: 'constant-vus',
      vus: 3,
      rate: null,
      durationMs: 15_000,
    });
  });

  it('takes a load of stages, one after the other, which a level from the command line replaces', () => {
    expect(planOf('shop/prices')).toMatchObject({
      ...{ executor: 'ramping-arrival-rate', rate: 25, durationMs: 40_000 },
      stages: [
        { name: 'normal', model: 'open', from: 20, to: 20, startMs: 0, durationMs: 30_000, isJudged: true },
        { name: 'stage-2', model: 'open', from: 20, to: 60, startMs: 30_000, durationMs: 10_000, isJudged: true },
      ],
    });
    const level = planOf('shop/prices', { rate: 5 });
    expect(level).toMatchObject({ executor: 'constant-arrival-rate', rate: 5, durationMs: 30_000 });
    expect(level.stages).toBeUndefined();
  });

  it('refuses stages in production, and stages that leave their level or their length to others', () => {
    const staged = (lines: string): string =>
      text.replace("charge: { url: 'https://pay.test/charge'", `charge: { load: { ${lines} }, url: 'https://pay.test/charge'`);
    const inProduction = parseCatalog(staged('stages: [{ rate: 5, duration: 10s }]'), 'responder.yaml');
    expect(resolveTarget(inProduction, 'pay/charge', {}, null)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('a load of stages is not offered there') as string,
    });
    expect(() => parseCatalog(staged('duration: 20s, stages: [{ rate: 5, duration: 10s }]'), 'responder.yaml')).toThrow(
      /no rate, vus, duration or script beside stages/,
    );
    expect(() => parseCatalog(staged('stages: [{ rate: 5, vus: 2, duration: 10s }]'), 'responder.yaml')).toThrow(
      /either rate or vus in a stage/,
    );
  });

  it('refuses without a budget and without a symptom, and takes the symptom for a budget when it is all there is', () => {
    expect(refusal('shop/search')).toMatch(/no symptom: expected a budget of shop\/search/);
    const resolved = resolveTarget(catalog, 'shop/search', {}, parseSymptom('p95 1s'));
    expect(resolved.ok && resolved.target.budgets).toEqual({ p95Ms: 800 });
  });

  it('loads production only with allowLoad and never above its caps', () => {
    expect(refusal('bank/transfer')).toMatch(/production and the catalog has no allowLoad/);
    expect(refusal('pay/charge', { rate: 51 })).toMatch(/--rate: expected at most 50/);
    expect(refusal('pay/charge', { durationMs: 21_000 })).toMatch(/duration: expected at most 20s/);
    expect(refusal('pay/charge', { script: import.meta.filename })).toMatch(/cannot be capped/);
    expect(planOf('pay/charge')).toMatchObject({
      executor: 'constant-arrival-rate',
      rate: 50,
      maxVus: 7,
      durationMs: 20_000,
      stopAtErrorRatio: 0.05,
    });
  });

  it.each([
    [{ durationMs: 5000 }, /--duration: expected/],
    [{ rate: 0.05 }, /--rate: expected/],
    [{ vus: 60_000 }, /--vus: expected/],
    [{ script: '/nowhere/k6.js' }, /k6 script: expected a file at/],
  ])('refuses options out of bounds: %j', (options, message) => {
    expect(refusal('shop/place-order', options)).toMatch(message);
  });

  it('keeps secrets out of the target and out of refusals, and reads them only for the request', () => {
    expect(JSON.stringify(resolveTarget(catalog, 'shop/place-order', {}, null))).not.toContain('abc');
    expect(resolveRequest(catalog, 'shop/place-order')).toEqual({
      method: 'POST',
      url: 'http://127.0.0.1:8080/orders',
      headers: { authorization: 'Bearer abc', 'x-flag': 'on', 'content-type': 'application/json' },
      body: '{"sku":"A-1"}',
    });
  });

  it('shows an address without the values of its query', () => {
    const resolved = resolveTarget(catalog, 'shop/search', {}, parseSymptom('p95 1s'));
    expect(resolved.ok && resolved.target.displayUrl).toBe('http://127.0.0.1:8080/search?q=…');
  });

  it('turns a database without its secret into missing evidence with the remedy', () => {
    const { databases, missing } = resolveDatabases(catalog, 'shop/search');
    expect(databases).toEqual([]);
    expect(missing[0]?.why).toContain('EDGE_TEST_DATABASE is not set');
  });

  it('finds the process of a service on this machine by its port, and resolves files against the catalog', () => {
    expect(resolveProcess(catalog, 'shop/search')).toEqual({ kind: 'port', port: 8080 });
    expect(resolveProcess(catalog, 'pay/charge')).toBeNull();
    expect(resolveProfiler(catalog, 'pay/charge')).toEqual({
      kind: 'source',
      field: 'file',
      value: `${catalog.directory}/captures/pay.folded`,
    });
  });
});

describe('symptoms and budgets', () => {
  it.each([
    ['p95 900ms', 'p95', 900],
    ['p99 2s', 'p99', 2000],
    ['errors 12%', 'error-ratio', 0.12],
    ['rate 20/s', 'request-rate', 20],
    ['p95=1.5s', 'p95', 1500],
  ])('reads %s', (written, metric, value) => {
    expect(parseSymptom(written)).toEqual({ metric, value, text: written });
  });

  it.each(['', 'p95', 'p95 fast', 'p97 3s', 'errors 120%', 'slow'])(
    'refuses the symptom "%s" with the form that is expected',
    (written) => {
      expect(() => parseSymptom(written)).toThrow(/expected what was observed, as "p95 900ms".*got/);
    },
  );

  it('reads budgets', () => {
    expect(['p95=250ms', 'p99=2s', 'errors=1%', 'rate=20/s'].map(parseBudget)).toEqual([
      { p95Ms: 250 },
      { p99Ms: 2000 },
      { errorRatio: 0.01 },
      { minRequestRate: 20 },
    ]);
    expect(() => parseBudget('p95<250ms')).toThrow(/budget: expected METRIC=VALUE/);
    expect(() => parseBudget('p95=250')).toThrow(/with its unit/);
  });
});
