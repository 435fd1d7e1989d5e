import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../../../core/diagnosis/input.js';
import type { DatabaseObservation } from '../../../core/model/database.js';
import { captures, database, nodeProcess, peer, sockets } from './captures.js';

const missing = (input: DiagnosisInput): string[] => diagnose(input).missingEvidence.map((row) => row.id);

/** 18 statements run at any moment, in sessions that lead to no socket of the service. */
function hidden(): DatabaseObservation {
  const seen = database({ active: 18, sessions: 20 });
  return seen.activity === null ? seen : { ...seen, activity: { ...seen.activity, service: null } };
}

const calm = nodeProcess({ mainCores: 0.1 });

describe('an account without a cause says what it did not see', () => {
  it('requests that the load waits for and the service does not have', () => {
    const result = diagnose(captures({ service: { process: calm, wire: sockets({ inside: 2 }), missing: [] } }));
    expect(result.outcome).toBe('inconclusive');
    expect(result.missingEvidence.find((row) => row.id === 'before-service')?.why).toContain('only 2 are on the service');
  });

  it('sockets that were looked at too seldom', () => {
    expect(missing(captures({ service: { process: calm, wire: { ...sockets({ inside: 20 }), samples: 9 }, missing: [] } }))).toContain(
      'sockets',
    );
  });

  it('requests that share a connection, but not large bodies that come in pieces on a connection each', () => {
    const shared = (inside: number): string[] =>
      missing(captures({ service: { process: calm, wire: { ...sockets({ inside }), multiplexed: true }, missing: [] } }));
    expect(shared(4)).toContain('sockets');
    expect(shared(20)).not.toContain('sockets');
  });

  it('sessions of a busy database that lead to no socket of the service, which is then not called calm', () => {
    const result = diagnose(
      captures({ service: { process: calm, wire: sockets({ inside: 20 }), missing: [] }, databases: [hidden()], scans: [] }),
    );
    expect(result).toMatchObject({ outcome: 'inconclusive', causes: [] });
    expect(result.missingEvidence.map((row) => row.id)).toEqual(expect.arrayContaining(['database-sessions', 'inside-wait']));
    expect(result.missingEvidence.find((row) => row.id === 'inside-wait')?.why).not.toContain('database are calm');
  });
});

it('tells how to see where the requests stand, in the words of the runtime', () => {
  const remedy = (runtime: 'go' | 'python' | 'node'): string =>
    diagnose(captures({ service: { process: { ...calm, runtime }, wire: sockets({ inside: 20 }), missing: [] } })).missingEvidence.find(
      (row) => row.id === 'inside-wait',
    )?.remedy ?? '';
  expect(remedy('go')).toContain('goroutine');
  expect(remedy('python')).toContain('py-spy dump --pid 100');
  expect(remedy('node')).toMatch(/^expose the gauges/);
});

it('counts the waits over a Unix-domain socket, which the TCP sockets show as waits inside, to the database', () => {
  const seen = database({ active: 18, sessions: 20 });
  const service = seen.activity?.service ?? null;
  const local = { ...seen, activity: seen.activity && { ...seen.activity, service: service && { ...service, activeLocally: 18 } } };
  const result = diagnose(
    captures({ service: { process: calm, wire: sockets({ inside: 20 }), missing: [] }, databases: [local], scans: [] }),
  );
  expect(result.branch).toBe('db-bound');
  expect(result.accounting.find((line) => line.resource === 'database-execution')?.share).toBeCloseTo(0.9);
});

describe('a peer that nobody knows', () => {
  const waiting = (kind: 'unknown' | 'service', databases: DatabaseObservation[]): number =>
    diagnose(captures({ service: { process: calm, wire: sockets({ peers: [peer(kind, 19)] }), missing: [] }, databases })).causes[0]
      ?.confidence ?? 0;

  it('is named with less confidence while a database is busy in sessions that may be behind it', () => {
    expect(waiting('unknown', [])).toBeGreaterThan(0.75);
    expect(waiting('unknown', [hidden()])).toBeLessThan(waiting('unknown', []));
    expect(waiting('service', [hidden()])).toBe(waiting('service', []));
  });
});

describe('busy threads beside the main one', () => {
  const input = (rows: DiagnosisInput['missing']): DiagnosisInput =>
    captures({
      service: { process: nodeProcess({ mainCores: 0.1, helperCores: 1 }), wire: sockets({ inside: 20 }), missing: [] },
      missing: rows,
    });

  it('are the pool of the runtime, unless there are worker threads whose code nobody saw', () => {
    const row = { id: 'worker-threads', what: 'the 2 worker threads of the service', why: 'not in the profile', remedy: 'profile them' };
    expect(diagnose(input([])).causes.map((cause) => cause.id)).toEqual(['thread-pool-starvation']);
    expect(diagnose(input([row]))).toMatchObject({ outcome: 'inconclusive', causes: [] });
    expect(missing(input([row]))).toContain('worker-threads');
  });
});
