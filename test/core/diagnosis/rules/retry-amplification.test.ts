import { expect, it } from 'vitest';
import { diagnose } from '../../../../core/diagnosis/diagnose.js';
import { captures, nodeProcess, peer, sockets } from '../captures.js';

/** 1500 requests wait at one peer for the calls that are given, of 30 ms each; `others` are requests of another route meanwhile. */
function namedFor(calls: { requests: number; failed: number }, others?: { requests: number; meanMs: number }): string[] {
  const route = { method: 'GET', route: '/reports/:id', requests: 1500, meanMs: 400, maxMs: 900, cpuShare: 1 };
  const outbound = [{ peer: 'localhost:9000', method: 'GET', route: '/related/:id', meanMs: 30, ...calls }];
  const service = { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ peers: [peer('service', 18)], inside: 2 }), missing: [] };
  const routes = others === undefined ? [route] : [route, { ...route, route: '/health', maxMs: 90, cpuShare: 0, ...others }];
  return diagnose(captures({ service, trace: { routes, outbound, blockers: [] } })).causes.map((cause) => cause.id);
}

it('names the retries when each request calls several times and hardly one call is answered', () => {
  expect(namedFor({ requests: 6000, failed: 5200 })).toEqual(['retry-amplification']);
});

it('names the slow peer when each call is made once, however many fail', () => {
  expect(namedFor({ requests: 1500, failed: 900 })).toEqual(['slow-dependency']);
});

it('takes several answers a request for several calls by design, even where some fail', () => {
  expect(namedFor({ requests: 6000, failed: 1500 })).toEqual(['slow-dependency']);
});

it('does not spread the calls over requests that are over sooner than one call takes', () => {
  expect(namedFor({ requests: 6000, failed: 5200 }, { requests: 9000, meanMs: 1 })).toEqual(['retry-amplification']);
});

it('spreads them over other requests that may wait for them', () => {
  expect(namedFor({ requests: 6000, failed: 5200 }, { requests: 9000, meanMs: 40 })).toEqual(['slow-dependency']);
});
