import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../../../../core/diagnosis/input.js';
import type { BlockingTree, IdleSessions } from '../../../../core/model/database.js';
import { captures, database, nodeProcess, peer, scanOf, sockets, statement } from '../captures.js';

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

  it('may wait for a lock as well as for the one connection, so only the place is named', () => {
    const result = diagnose(behind(1));
    expect(result.causes.map(({ id }) => id)).toEqual(['inside-wait']);
    expect(result.missingEvidence.map((row) => row.id)).toContain('inside-wait');
  });

  it('wait for the connections to another service, as far as can be seen, when all of those wait for its answer all the time', () => {
    const behindClient = (waiting: number, waitingMax: number): string | undefined => {
      const wire = sockets({ peers: [{ ...peer('service', waiting, 4), waitingMax }], inside: 16 });
      return diagnose(captures({ service: { process: nodeProcess({ mainCores: 0.05 }), wire, missing: [] }, databases: [] })).causes.find(
        ({ id }) => id === 'inside-wait',
      )?.summary;
    };
    expect(behindClient(3.9, 4)).toMatch(/all 4 connections to .* were waiting for its answer the whole time/);
    // Free at times, or more than the limit at others: no limit is to be seen.
    expect(behindClient(2, 4)).toContain('Which of them was not seen.');
    expect(behindClient(3.9, 7)).toContain('Which of them was not seen.');
  });

  it('may do so when that one connection is busy, too: the owner of a lock asks the database', () => {
    const wire = sockets({ peers: [{ ...peer('database', 0.95, 1), waitingMax: 1 }], inside: 19 });
    const service = { process: nodeProcess({ mainCores: 0.05 }), wire, missing: [] };
    const quick = statement({ calls: 50 * 30 * 8, meanExecMs: 2.4 });
    const result = diagnose(captures({ service, databases: [database({ active: 0.95, sessions: 1, statements: [quick] })], scans: [] }));
    expect(result.causes.map(({ id }) => id)).toEqual(['inside-wait']);
    expect(result.missingEvidence.find(({ id }) => id === 'inside-wait')?.why).toContain('one connection');
  });

  it('wait for the pool when they are inside in just those moments in which it is full', () => {
    const queueing = (queued: number): DiagnosisInput => {
      const wire = sockets({ peers: [{ ...peer('database', 3.5), waitingMax: 10, queued }], inside: 9 });
      const service = { process: nodeProcess({ mainCores: 0.05 }), wire, missing: [] };
      return captures({ service, databases: [database({ active: 3.5, sessions: 10 })] });
    };
    const [cause] = diagnose(queueing(8)).causes;
    expect(cause?.id).toBe('pool-exhausted');
    expect(cause?.summary).toContain('in just those moments');
    expect(diagnose(queueing(0)).causes).toEqual([]);
  });

  it('do not wait for the pool when its connections only contend with each other at the database', () => {
    const queueing = (meanExecMs: number): DiagnosisInput => {
      const wire = sockets({ peers: [{ ...peer('database', 10), waitingMax: 10 }], inside: 12 });
      const service = { process: nodeProcess({ mainCores: 0.05 }), wire, missing: [] };
      const busy = statement({ meanExecMs, totalExecMs: 1500 * meanExecMs });
      const scan = scanOf(busy);
      const alone = { ...scan, plan: scan.plan === null ? null : { ...scan.plan, executionMs: 40, nodes: [] }, candidates: [] };
      return captures({
        service,
        databases: [database({ active: 10, sessions: 10, statements: [busy] })],
        scans: [{ database: 'main', serverVersion: '18.0', statements: [alone], missing: [] }],
      });
    };
    const reason = (input: DiagnosisInput): string | undefined =>
      diagnose(input).ruledOut.find(({ id }) => id === 'pool-exhausted')?.reason;
    expect(diagnose(queueing(45)).causes.map(({ id }) => id)).toEqual(['pool-exhausted']);
    expect(reason(queueing(200))).toContain('5 times as long under this load as alone');
  });

  it('wait for what the connections do where that alone would break the budget, however long the queue: for the database, or for a call in between', () => {
    const { load } = captures();
    const slow = { ...load, latencyMs: { ...load.latencyMs, mean: 500 } };
    const holding = (atDatabase: number): DiagnosisInput => {
      const wire = sockets({ peers: [{ ...peer('database', atDatabase), waitingMax: 10 }, peer('service', 10 - atDatabase)], inside: 15 });
      const service = { process: nodeProcess({ mainCores: 0.05 }), wire, missing: [] };
      const held = database({ active: atDatabase, idleInTransaction: 10 - atDatabase, sessions: 10 });
      return captures({ budgets: { p95Ms: 100 }, load: slow, service, databases: [held] });
    };
    const poolIn = (input: DiagnosisInput) => {
      const { causes, ruledOut } = diagnose(input);
      return causes.some(({ id }) => id === 'pool-exhausted') ? 'named' : ruledOut.find(({ id }) => id === 'pool-exhausted');
    };
    expect(poolIn(holding(10))).toMatchObject({ kind: 'consequence', reason: expect.stringContaining('at the database') as string });
    expect(poolIn(holding(0.5))).toBe('named');
  });

  it('wait for the pool when as many as it has connections pass, which is told as inferred', () => {
    const [cause] = diagnose(behind(4)).causes;
    expect(cause?.id).toBe('pool-exhausted');
    expect(cause?.summary).toContain('inferred');
  });
});

describe('requests that wait in a pooler', () => {
  /** 20 at the pooler, which has four connections; the server works for `executing` of them. */
  const pooled = (executing: number, held: number, meanExecMs = 1, aloneMs = 1): DiagnosisInput => {
    const quick = statement({ meanExecMs, totalExecMs: 1500 * meanExecMs });
    const scan = scanOf(quick);
    const alone = { ...scan, plan: scan.plan === null ? null : { ...scan.plan, executionMs: aloneMs, nodes: [] }, candidates: [] };
    const seen = database({ active: executing, idleInTransaction: held, statements: [quick] });
    const activity = seen.activity === null ? null : { ...seen.activity, service: null };
    const wire = sockets({
      peers: [{ ...peer('database', 20, 30), label: 'database main', pooler: { name: 'pgbouncer', connections: 4 } }],
    });
    return captures({
      service: { process: nodeProcess({ mainCores: 0.05 }), wire, missing: [] },
      databases: [{ ...seen, activity }],
      scans: [{ database: 'main', serverVersion: '18.0', statements: [alone], missing: [] }],
    });
  };

  it('wait for its connections where these execute, and the pooler is named', () => {
    const { causes, accounting } = diagnose(pooled(4, 0));
    expect(causes).toMatchObject([{ id: 'pooler-wait', location: { pool: 'pgbouncer (main)', database: 'main' } }]);
    expect(accounting.find(({ resource }) => resource === 'pooler-wait')?.share).toBeCloseTo(0.8);
  });

  it('wait for them where they sit in transactions, too, which is told', () => {
    const [cause] = diagnose(pooled(0.4, 3.6)).causes;
    expect(cause?.remedy.statement).toContain('Keep transactions short');
  });

  it('wait for the database where its statements contend with each other', () => {
    const { causes, ruledOut } = diagnose(pooled(4, 0, 90, 10));
    expect(causes.map(({ id }) => id)).not.toContain('pooler-wait');
    expect(ruledOut.find(({ id }) => id === 'pooler-wait')?.reason).toContain('9 times as long');
  });

  it('wait for the lock that holds its connections', () => {
    const input = pooled(4, 0);
    const session = { level: 0, wait: null, applicationName: 'batch', transactionAgeMs: 40, waitingFor: null, lockMode: null };
    const known = { ...session, relation: 'stock', backendType: 'client backend', query: 'update stock set n = n - 1', stateAgeMs: 40 };
    const tree: BlockingTree = {
      root: { ...known, pid: 1, state: 'idle in transaction' },
      waiters: [{ ...known, pid: 2, level: 1, state: 'active', waitingFor: 'transactionid/ShareLock' }],
      blockedMean: 3,
      blockedMax: 4,
      ticksSeen: 80,
    };
    const [seen] = input.databases;
    if (seen?.activity == null) return expect.fail('the example has no activity');
    const byWaitClass = Object.entries({ Lock: 3.6, CPU: 0.4 }).map(([waitClass, sessions]) => ({
      waitClass,
      waitEvent: waitClass,
      sessions,
    }));
    const locked = { ...seen, blocking: [tree], activity: { ...seen.activity, byWaitClass } };
    expect(named({ ...input, databases: [locked], scans: [] })).toEqual(['row-lock']);
  });

  it('are not known to wait for its connections where these are free', () => {
    const { accounting } = diagnose(pooled(1, 0.5));
    expect(accounting.some(({ resource }) => resource === 'pooler-wait')).toBe(false);
  });
});

describe('connections that are not given back', () => {
  const longIdle = (
    changed: Partial<IdleSessions>,
    idleInTransaction = 0,
    inside = 18,
    load: Partial<DiagnosisInput['load']> = {},
  ): DiagnosisInput =>
    captures({
      load: { ...captures().load, ...load },
      service: {
        process: nodeProcess({ mainCores: 0.05 }),
        wire: sockets({ peers: [peer('database', 20 - inside)], inside }),
        missing: [],
      },
      databases: [
        database({
          active: 20 - inside,
          sessions: 6,
          idleInTransaction,
          longIdle: { sessionsEnd: 6, idleMid: 0, idleEnd: 0, pausedEnd: 0, pausedEndUsedBefore: 0, inTransactionEnd: 0, ...changed },
        }),
      ],
    });

  it('are a leak when their transactions stay open while nothing runs in them', () => {
    const [cause, ...others] = diagnose(longIdle({ inTransactionEnd: 5 }, 5, 19)).causes;
    expect(cause).toMatchObject({ id: 'connection-leak', location: { pool: 'main' } });
    expect(others).toEqual([]);
  });

  it('are a leak when more and more of them are idle under a steady load, while requests wait', () => {
    expect(named(longIdle({ idleMid: 1, idleEnd: 4 }))).toEqual(['connection-leak']);
  });

  const hanging = {
    requestRate: 3,
    latencyMs: { ...captures().load.latencyMs, mean: 4 },
    errors: { 'unanswered when the load ended': 20 },
  };

  it('are a leak, as far as can be inferred, when all are idle and nothing is answered any more', () => {
    const { causes, accounting } = diagnose(longIdle({ idleMid: 5, idleEnd: 6, pausedEnd: 6, pausedEndUsedBefore: 4 }, 0, 20, hanging));
    expect(causes).toMatchObject([{ id: 'connection-leak', summary: expect.stringContaining('inferred') as string }]);
    // The requests without an answer are the load's own, and their time is in the account.
    expect(accounting.reduce((sum, line) => sum + line.perRequestMs, 0)).toBeGreaterThan(6_000);
  });

  it('are a leak soon after the last one was lost where requests are frequent, not where they are rare', () => {
    const paused = { idleMid: 1, idleEnd: 2, pausedEnd: 6, pausedEndUsedBefore: 6 };
    expect(named(longIdle(paused, 0, 20, { ...hanging, requestRate: 40 }))).toEqual(['connection-leak']);
    expect(named(longIdle(paused, 0, 20, { ...hanging, requestRate: 1 }))).not.toContain('connection-leak');
  });

  it('are none when all are idle but requests are answered: nobody needs the database', () => {
    expect(named(longIdle({ idleMid: 5, idleEnd: 6, pausedEnd: 6, pausedEndUsedBefore: 4 }, 0, 20))).not.toContain('connection-leak');
  });

  it('are not to be told from unneeded ones when all were idle before the window; the report says so', () => {
    const result = diagnose(longIdle({ idleMid: 6, idleEnd: 6 }, 0, 20, hanging));
    expect(result.causes.map(({ id }) => id)).toEqual(['inside-wait']);
    expect(result.missingEvidence.find(({ id }) => id === 'inside-wait')?.why).toContain('never given back');
  });

  it('are not told either when the last were lost as the window ended; the report says how many are idle', () => {
    const result = diagnose(longIdle({ sessionsEnd: 12, idleMid: 2, idleEnd: 6, pausedEnd: 8 }, 0, 20, hanging));
    expect(result.causes.map(({ id }) => id)).toEqual(['inside-wait']);
    const why = result.missingEvidence.find(({ id }) => id === 'inside-wait')?.why;
    expect(why).toContain('6 of 12 connections to main had run nothing for long at the end of the window, 2 in its middle');
  });

  it('are none when as many were idle in the middle of the window: a pool may be larger than it needs to be', () => {
    expect(named(longIdle({ idleMid: 4, idleEnd: 4 }))).not.toContain('connection-leak');
  });

  it('are none when what is left of the pool is not in use: requests wait for something else', () => {
    expect(named(longIdle({ idleMid: 0, idleEnd: 3 }, 0, 19.9))).not.toContain('connection-leak');
  });

  it('are none when one transaction of six stays open: the rest is there', () => {
    expect(named(longIdle({ inTransactionEnd: 1 }, 1))).not.toContain('connection-leak');
  });
});
