import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../../../../core/diagnosis/input.js';
import { captures, database, nodeProcess, peer, sockets } from '../captures.js';

const named = (input: DiagnosisInput): string[] => diagnose(input).causes.map((cause) => cause.id);

/** A third of the requests fail at once; the others are well within their budget. */
function failing(overrides: Partial<DiagnosisInput> = {}): DiagnosisInput {
  const { load, confirmation } = captures();
  return captures({
    load: { ...load, failedRatio: 0.3 },
    confirmation: { ...confirmation, broken: ['error-ratio'] },
    service: { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ peers: [peer('service', 18)], inside: 2 }), missing: [] },
    databases: [{ ...database({}), slotsExhausted: 'remaining connection slots are reserved' }],
    ...overrides,
  });
}

describe('a server without a free slot', () => {
  it('is the cause of failing requests, and of nothing else while the latency keeps its budget', () => {
    expect(named(failing())).toEqual(['connection-limit']);
  });

  it('is not shown to be when as many calls to another service fail', () => {
    const route = { method: 'GET', route: '/reports/:id', requests: 1500, meanMs: 400, maxMs: 900, cpuShare: 1 };
    const outbound = [{ peer: '127.0.0.1:9000', method: 'GET', route: '/rates', requests: 1500, meanMs: 30, failed: 450 }];
    expect(named(failing({ trace: { routes: [route], outbound, blockers: [] } }))).not.toContain('connection-limit');
  });

  it('is not when no request fails', () => {
    expect(named(failing({ confirmation: captures().confirmation }))).not.toContain('connection-limit');
  });
});

describe('requests that pass one at a time', () => {
  const behind = (limit: number): DiagnosisInput => {
    const wire = sockets({ peers: [{ ...peer('service', limit * 0.97), waitingMax: limit }], inside: 18 });
    return captures({
      service: { process: nodeProcess({ mainCores: 0.05 }), wire, missing: [] },
      databases: [database({ sessions: limit })],
    });
  };

  it('may wait for a lock as well as for the one connection, so nothing is named', () => {
    const result = diagnose(behind(1));
    expect(result).toMatchObject({ outcome: 'inconclusive', causes: [] });
    expect(result.missingEvidence.map((row) => row.id)).toContain('inside-wait');
  });

  it('wait for the pool when as many as it has connections pass, which is told as inferred', () => {
    const [cause] = diagnose(behind(4)).causes;
    expect(cause?.id).toBe('pool-exhausted');
    expect(cause?.summary).toContain('inferred');
  });
});
