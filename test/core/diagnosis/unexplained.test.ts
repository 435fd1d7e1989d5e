import { describe, expect, it } from 'vitest';
import { deriveFacts } from '../../../core/diagnosis/facts.js';
import { unexplained } from '../../../core/diagnosis/unexplained.js';
import type { AccountCheck } from '../../../core/model/diagnosis.js';
import type { MissingEvidence } from '../../../core/model/observation.js';
import { captures, nodeProcess, sockets } from './captures.js';

const lines = [
  { resource: 'database', label: 'database execution', perRequestMs: 10, share: 0.2, evidence: ['E1'] },
  { resource: 'run-queue', label: 'waiting for a CPU', perRequestMs: 40, share: 0.8, evidence: ['E1'] },
];

function told(mainCores: number, cpuRatio: number, checks: AccountCheck[] = []): MissingEvidence {
  const calm = nodeProcess({ mainCores });
  const process = { ...calm, host: { ...calm.host, cores: 2, cpuRatio } };
  const input = captures({ service: { process, wire: sockets({ inside: 2 }), missing: [] } });
  return unexplained(input, deriveFacts(input), { lines, checks });
}

describe('what is missing where every rule was asked and none found a cause', () => {
  it('is a quiet host, when others keep it busy', () => {
    expect(told(0.1, 0.97)).toMatchObject({ id: 'quiet-host', why: expect.stringContaining('97 % busy') as string });
  });

  it('is the reason of the largest part, when the host has CPU to spare or the service itself takes it', () => {
    const largest = { id: 'unexplained', what: 'what makes up "waiting for a CPU", 80 % of the mean latency' };
    expect(told(0.1, 0.5)).toMatchObject(largest);
    expect(told(1.2, 0.97)).toMatchObject(largest);
  });

  it('is the absence of other requests, when more are on the sockets than the load has in flight', () => {
    const check: AccountCheck = {
      id: 'in-flight',
      ok: false,
      observed: 3.8,
      limit: 1.25,
      detail: '54 in flight, 14 of the load',
      evidence: ['E1'],
    };
    expect(told(0.1, 0.97, [check])).toMatchObject({ id: 'other-requests', why: '54 in flight, 14 of the load' });
    expect(told(0.1, 0.97, [{ ...check, ok: true }])).toMatchObject({ id: 'quiet-host' });
    expect(told(0.1, 0.97, [{ ...check, id: 'over-attribution' }])).toMatchObject({ id: 'quiet-host' });
  });
});
