import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../../../../core/diagnosis/input.js';
import type { Frame } from '../../../../core/model/profile.js';
import { appFrame, captures, cpuProfileOf, database, nodeProcess, peer, sockets, statement } from '../captures.js';

/** 1,500 requests of one quick statement each; 16 of 20 wait at the database, where hardly anything runs. */
function waiting({ opened, sessions, connections = 16 }: { opened: number; sessions: number; connections?: number }): DiagnosisInput {
  const atDatabase = { ...peer('database', 16, connections), opened };
  const quick = statement({ calls: 1500, totalExecMs: 300, meanExecMs: 0.2, rowsPerCall: 1, timeShare: 1 });
  return captures({
    service: { process: nodeProcess({ mainCores: 0.3 }), wire: sockets({ peers: [atDatabase], inside: 4 }), missing: [] },
    databases: [
      {
        ...database({ active: 1, sessions: connections, statements: [quick] }),
        counters: { blocksHit: 0, blocksRead: 0, tempBytes: 0, deadlocks: 0, commits: 1500, rollbacks: 0, sessions },
      },
    ],
  });
}

const found = (input: DiagnosisInput): string[] => diagnose(input).causes.map(({ id }) => id);

describe('a connection for every request', () => {
  it('is named with what beginning it holds, by the sessions that the database began and the sockets that the service did not keep', () => {
    const { causes, evidence } = diagnose(waiting({ opened: 15.5, sessions: 1510 }));
    expect(causes).toMatchObject([{ id: 'connection-per-request', component: 'connections', location: { database: 'main' } }]);
    // Of three answers of the server two come before the statement: two thirds of the 15 requests that wait while nothing runs.
    expect(causes[0]?.share).toBeCloseTo((2 / 3) * (15 / 20), 1);
    const cited = evidence.filter(({ id }) => causes[0]?.evidence.includes(id)).map(({ summary }) => summary);
    expect(cited).toContainEqual(expect.stringMatching(/began 1 session for each request/));
  });

  it('is not one where the connections are kept, whoever else opens some', () => {
    // A statement that runs for 0.2 ms is not what requests wait 300 ms for, though it has all of the database's time.
    expect(found(waiting({ opened: 0.1, sessions: 1510 }))).toEqual([]);
  });

  it('is not one where the database began few sessions: the sockets lead somewhere else first', () => {
    expect(found(waiting({ opened: 15.5, sessions: 40 }))).not.toContain('connection-per-request');
  });

  it('is no pool that all its connections are in use of', () => {
    const input = waiting({ opened: 5, sessions: 1510, connections: 5 });
    const wire = sockets({ peers: [{ ...peer('database', 5, 5), opened: 5 }], inside: 15 });
    const service = { process: nodeProcess({ mainCores: 0.3 }), wire, missing: [] };
    const withPool = { ...input.service, ...service };
    expect(found({ ...captures({ ...input, service: withPool }) })).not.toContain('pool-exhausted');
  });

  it('is why a function burns its CPU in the driver', () => {
    const frame = appFrame('user');
    const busy = captures({
      service: {
        process: nodeProcess({ mainCores: 0.97 }),
        wire: sockets({ unread: 16, peers: [{ ...peer('database', 1, 2), opened: 2 }], inside: 3 }),
        missing: [],
      },
      profile: cpuProfileOf([
        { category: 'database-driver', share: 0.9, callers: [{ frame, share: 0.9 }] },
        { category: 'framework', share: 0.1 },
      ]),
      databases: waiting({ opened: 2, sessions: 1510 }).databases,
    });
    const { causes, ruledOut } = diagnose(busy);
    expect(causes).toMatchObject([{ id: 'connection-per-request', location: { frame: 'user', file: '/srv/app/user.js' } }]);
    expect(ruledOut.find(({ id }) => id === 'hot-function')).toMatchObject({
      kind: 'consequence',
      consequenceOf: 'connection-per-request',
    });
  });

  /** A service that burns its CPU: `crypto` under these functions of the application, the rest in the driver of its database. */
  function burning(callers: { frame: Frame; share: number }[]): DiagnosisInput {
    return captures({
      service: {
        process: nodeProcess({ mainCores: 0.97 }),
        wire: sockets({ unread: 16, peers: [{ ...peer('database', 1, 2), opened: 2 }], inside: 3 }),
        missing: [],
      },
      profile: cpuProfileOf([
        { category: 'crypto', share: 0.6, callers },
        { category: 'database-driver', share: 0.3, callers: [{ frame: appFrame('login'), share: 0.3 }] },
        { category: 'framework', share: 0.1 },
      ]),
      databases: waiting({ opened: 2, sessions: 1510 }).databases,
    });
  }

  it('is why the driver burns CPU on the proof of who asks, which no function of the application calls', () => {
    expect(found(burning([]))).toEqual(['connection-per-request']);
  });

  it('is not why a function of the application hashes passwords beside it', () => {
    const { causes } = diagnose(burning([{ frame: appFrame('verifyPassword'), share: 0.6 }]));
    expect(causes[0]).toMatchObject({ id: 'crypto', location: { frame: 'verifyPassword' } });
  });
});
