import { describe, expect, it } from 'vitest';
import { foldRoute } from '../../../core/profile/requests/http-spans.js';
import { readRequestTrace } from '../../../core/profile/requests/request-trace.js';

const url = 'file:///srv/shop/server.js';
const frame = (functionName: string, module = url, lineNumber = 9) => ({ functionName, url: module, lineNumber, columnNumber: 0 });

/** Call tree: a handler at the start of a request, a continuation of one, a timer's job; and idle. */
const nodes = [
  { id: 1, callFrame: frame('(root)', '', -1), children: [2, 3, 5, 7] },
  { id: 2, callFrame: frame('(idle)', '', -1) },
  { id: 3, callFrame: frame('parserOnIncoming', 'node:_http_server'), children: [4] },
  { id: 4, callFrame: frame('makeReport') },
  { id: 5, callFrame: frame('onStreamRead', 'node:internal/stream_base_commons'), children: [6] },
  { id: 6, callFrame: frame('renderOrder') },
  { id: 7, callFrame: frame('listOnTimeout', 'node:internal/timers'), children: [8] },
  { id: 8, callFrame: frame('refreshCache') },
];

/** One sample a millisecond, from the clock's start at 0. */
function profile(samples: number[]) {
  return { nodes, startTime: 0, endTime: samples.length * 1000, samples, timeDeltas: samples.map((_, index) => (index === 0 ? 0 : 1000)) };
}

const times = (count: number, id: number): number[] => Array.from({ length: count }, () => id);

let lastId = 0;
function request(route: string, fromMs: number, untilMs: number, method = 'GET') {
  const id = `0x${(++lastId).toString(16)}`;
  const event = (ph: string, ms: number, data: object) => ({
    cat: 'node,node.http',
    name: 'http.server.request',
    ph,
    id,
    ts: ms * 1000,
    args: { data },
  });
  return [event('b', fromMs, {}), event('n', fromMs + 0.01, { method }), event('e', untilMs, { url: route, statusCode: 200 })];
}

describe('readRequestTrace', () => {
  it('charges a handler to the request that began last, and finds that it blocked the others', () => {
    const trace = readRequestTrace({
      traceEvents: [
        ...request('/orders/17', 1, 95),
        ...request('/orders/18?token=x', 2, 96),
        ...request('/reports', 9.5, 60),
        ...request('/orders/19', 70, 71),
      ],
      profile: profile([...times(10, 2), ...times(50, 4), ...times(40, 2)]),
      windowMs: 100,
    });
    expect(trace.routes.map(({ method, route, requests, cpuShare }) => [method, route, requests, cpuShare])).toEqual([
      ['GET', '/reports', 1, 1],
      ['GET', '/orders/:id', 3, 0],
    ]);
    expect(trace.blockers).toMatchObject([
      { frame: 'makeReport', line: 10, count: 1, longestMs: 50, share: 0.5, routes: ['GET /reports'] },
    ]);
  });

  it('charges later parts of a request to the route that is open whenever they run', () => {
    const early = [...request('/orders/1', 9, 31), ...request('/orders/2', 49, 72)];
    const trace = readRequestTrace({
      traceEvents: [...early, ...request('/health', 0, 100), ...request('/search', 32, 48), ...request('/search', 73, 99)],
      profile: profile([
        ...times(10, 2),
        ...times(20, 6),
        ...times(2, 2),
        ...times(10, 4),
        ...times(10, 2),
        ...times(18, 6),
        ...times(30, 2),
      ]),
      windowMs: 100,
    });
    expect(trace.routes.find((route) => route.route === '/orders/:id')?.cpuShare).toBeCloseTo(38 / 48);
    expect(trace.routes.find((route) => route.route === '/health')?.cpuShare).toBe(0);
  });

  it("leaves a timer's job to nobody, even while requests wait behind it", () => {
    const trace = readRequestTrace({
      traceEvents: [...request('/orders/1', 1, 95), ...request('/orders/2', 2, 96)],
      profile: profile([...times(10, 2), ...times(40, 8), ...times(50, 2)]),
      windowMs: 100,
    });
    expect(trace.routes[0]).toMatchObject({ route: '/orders/:id', cpuShare: 0 });
    expect(trace.blockers).toMatchObject([{ frame: 'refreshCache', longestMs: 40, routes: [] }]);
  });

  it('sees no blocker in short work, nor where nobody else waits', () => {
    const short = {
      traceEvents: [...request('/a', 9.5, 29), ...request('/b', 1, 40)],
      profile: profile([...times(10, 2), ...times(15, 4)]),
      windowMs: 100,
    };
    expect(readRequestTrace(short).blockers).toEqual([]);
    const alone = { traceEvents: request('/a', 9.5, 60), profile: profile([...times(10, 2), ...times(40, 4)]), windowMs: 100 };
    expect(readRequestTrace(alone).blockers).toEqual([]);
  });

  it('gives a request that the recorder came too late for the method of the others of its path, if they have one', () => {
    const unmarked = (route: string, fromMs: number) => request(route, fromMs, fromMs + 5).filter((event) => event.ph !== 'n');
    const trace = readRequestTrace({
      traceEvents: [
        ...[...unmarked('/orders/17', 1), ...unmarked('/carts', 31), ...unmarked('/health', 61)],
        ...[...request('/orders/18', 70, 75), ...request('/carts', 80, 85), ...request('/carts', 90, 95, 'POST')],
      ],
      profile: profile(times(100, 2)),
      windowMs: 100,
    });
    const routes = trace.routes.map(({ method, route, requests }) => `${method} ${route} ${requests}`);
    expect(routes.sort()).toEqual([' /carts 1', ' /health 1', 'GET /carts 1', 'GET /orders/:id 2', 'POST /carts 1']);
  });

  it('groups outbound calls by peer and route, and counts the failed ones', () => {
    const call = (id: string, ms: number, statusCode: number) => [
      { name: 'http.client.request', ph: 'n', ts: ms * 1000 - 20, args: { data: { method: 'POST', peer: 'pay:8080' } } },
      { name: 'http.client.request', ph: 'b', id, ts: ms * 1000 },
      { name: 'http.client.request', ph: 'e', id, ts: (ms + 30) * 1000, args: { data: { path: '/v1/charges/99', statusCode } } },
    ];
    const trace = readRequestTrace({
      traceEvents: [...call('0x1', 5, 200), ...call('0x2', 6, 503)],
      profile: profile(times(100, 2)),
      windowMs: 100,
    });
    expect(trace.outbound).toEqual([{ peer: 'pay:8080', method: 'POST', route: '/v1/charges/:id', requests: 2, meanMs: 30, failed: 1 }]);
  });

  it('counts a call that is still open long after any request could have waited for it as failed, and a young one not', () => {
    const begun = (id: string, ms: number) => [
      { name: 'http.client.request', ph: 'n', ts: ms * 1000 - 20, args: { data: { method: 'GET', peer: 'stock:80' } } },
      { name: 'http.client.request', ph: 'b', id, ts: ms * 1000 },
    ];
    const trace = readRequestTrace({
      traceEvents: [
        ...request('/orders/17', 1, 21),
        ...begun('0x1', 3),
        ...begun('0x2', 9),
        ...begun('0x3', 85),
        ...request('/orders/18', 80, 90),
      ],
      profile: profile(times(100, 2)),
      windowMs: 100,
    });
    expect(trace.outbound).toMatchObject([{ peer: 'stock:80', requests: 3, failed: 2 }]);
  });

  it('ignores events of other kinds and broken ones', () => {
    const trace = readRequestTrace({
      traceEvents: [null, 7, { name: 'http.server.request' }, { ph: 'X' }],
      profile: profile([2, 2]),
      windowMs: 2,
    });
    expect(trace).toEqual({ routes: [], outbound: [], blockers: [] });
  });
});

it.each([
  ['/orders/17?token=secret', '/orders/:id'],
  ['http://shop:8080/orders/17', '/orders/:id'],
  ['/users/3f2504e0-4f89-11d3-9a0c-0305e82c3301/cart', '/users/:id/cart'],
  ['/products/A-1042', '/products/:id'],
  ['/files/9b74c9897bac770ffc029102a200c5de', '/files/:id'],
  ['/accounts/ada@example.org', '/accounts/:id'],
  ['/v1/search/red-shoes', '/v1/search/red-shoes'],
  ['/', '/'],
])('folds %s to %s', (path, route) => expect(foldRoute(path)).toBe(route));
