import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../../../core/diagnosis/input.js';
import { captures, nodeProcess, peer, sockets } from './captures.js';

/** 12 % of the requests fail after `failedMs`, the others answer after 400 ms, most of which they wait for another service. */
function failing(failedMs: number, broken: string[], overrides: Partial<DiagnosisInput> = {}): DiagnosisInput {
  const { load, confirmation } = captures();
  const waiting = 0.12 * failedMs + 0.88 * 400;
  return captures({
    load: {
      ...load,
      failedRatio: 0.12,
      errors: { 'HTTP 500': 180 },
      timingMs: { blocked: 0, connecting: 0, tls: 0, sending: 0, waiting, receiving: 0 },
    },
    confirmation: { ...confirmation, broken },
    service: { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ peers: [peer('service', 18)], inside: 2 }), missing: [] },
    ...overrides,
  });
}

describe('requests that fail while the latency keeps its budget', () => {
  it('are not explained by what the latency consists of, and the answers are told', () => {
    const result = diagnose(failing(380, ['error-ratio']));
    expect(result).toMatchObject({ outcome: 'inconclusive', causes: [] });
    expect(result.missingEvidence.find((row) => row.id === 'failures')?.why).toContain('HTTP 500 180 times');
    expect(result.ruledOut.map((row) => row.id)).toContain('slow-dependency');
  });

  it('are explained by it when the failed ones are the slow ones', () => {
    expect(diagnose(failing(3000, ['error-ratio'])).causes.map((cause) => cause.id)).toEqual(['slow-dependency']);
  });

  it('are sent to the call that fails as often', () => {
    const route = { method: 'GET', route: '/reports/:id', requests: 1500, meanMs: 400, maxMs: 900, cpuShare: 1 };
    const outbound = [{ peer: '127.0.0.1:9000', method: 'GET', route: '/rates', requests: 1500, meanMs: 30, failed: 180 }];
    const result = diagnose(failing(380, ['error-ratio'], { trace: { routes: [route], outbound, blockers: [] } }));
    expect(result.missingEvidence.find((row) => row.id === 'failures')?.why).toContain('127.0.0.1:9000');
  });

  it('have nobody to ask where nobody listens', () => {
    const { load } = captures();
    const refused = { ...load, failedRatio: 1, errors: { 'connection refused': 1500 } };
    const row = diagnose(failing(0, ['error-ratio'], { load: refused })).missingEvidence.find(({ id }) => id === 'failures');
    expect(row?.remedy).toContain('nobody listens');
  });

  it('leave the cause of a broken latency alone', () => {
    expect(diagnose(failing(380, ['p95', 'error-ratio'])).causes.map((cause) => cause.id)).toEqual(['slow-dependency']);
  });
});

describe('a service that fails every request at once', () => {
  const outage = (failedMs: number): ReturnType<typeof diagnose> => {
    const input = failing(failedMs, ['p95', 'error-ratio']);
    const timingMs = { blocked: 0, connecting: 0, tls: 0, sending: 0, waiting: failedMs, receiving: 0 };
    return diagnose({ ...input, load: { ...input.load, requestRate: 20_000 / failedMs, failedRatio: 1, timingMs } });
  };

  it('is not explained by what its failures take, though that is above the budget, too', () => {
    expect(outage(380)).toMatchObject({ outcome: 'inconclusive', causes: [] });
    // First of all, and nothing about where the time goes.
    expect(outage(380).missingEvidence.map((row) => row.id)).toEqual(['failures']);
  });

  it('is when they take as long as a time limit', () => {
    expect(outage(2000).causes.map((cause) => cause.id)).toEqual(['slow-dependency']);
  });
});
