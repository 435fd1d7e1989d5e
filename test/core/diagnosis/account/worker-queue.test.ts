import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../../../../core/diagnosis/input.js';
import { captures, nodeProcess, peer, sockets } from '../captures.js';

const service = (runtime: string, mainCores: number, wire: ReturnType<typeof sockets>): DiagnosisInput =>
  captures({ service: { process: { ...nodeProcess({ mainCores }), runtime }, wire, missing: [] } });
const lineOf = (input: DiagnosisInput, resource: string): number =>
  diagnose(input).accounting.find((line) => line.resource === resource)?.share ?? 0;

describe('requests that queue in front of a service with CPU to spare', () => {
  it('wait for what its one worker waits for, which then holds both', () => {
    const result = diagnose(service('python', 0.03, sockets({ unread: 18, peers: [peer('service', 2)] })));
    expect(result.causes.map(({ id, location }) => [id, location.peer])).toEqual([['slow-dependency', '127.0.0.1:9000']]);
    expect(result.causes[0]?.share).toBeGreaterThan(0.9);
    expect(result.causes[0]?.summary).toContain('is the queue in front of the service, whose workers are occupied by that wait');
    expect(result.branch).toBe('other-wait');
  });

  it('wait inside where a loop is held without burning CPU; answers that it awaits hold no loop', () => {
    const input = service('node', 0.03, sockets({ unread: 16, inside: 2, peers: [peer('service', 2)] }));
    expect(diagnose(input).causes.map(({ id }) => id)).toEqual(['inside-wait']);
    expect(diagnose(input).causes[0]?.share).toBeGreaterThan(0.8);
  });

  it('are left to the CPU as far as its work in bursts can hold them back', () => {
    expect(lineOf(service('node', 0.5, sockets({ unread: 10, inside: 10 })), 'worker-queue')).toBe(0);
    expect(lineOf(service('node', 0.2, sockets({ unread: 14, inside: 6 })), 'worker-queue')).toBeCloseTo(0.5);
  });

  it('and to nobody where nothing but the CPU was seen to hold the others', () => {
    expect(lineOf(service('python', 0.1, sockets({ unread: 20 })), 'worker-queue')).toBe(0);
  });
});
