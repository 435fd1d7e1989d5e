import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideBranch, diagnose } from '../../../core/diagnosis/diagnose.js';
import type { Cause } from '../../../core/model/cause.js';
import type { BlockingTree } from '../../../core/model/database.js';
import { appFrame, captures, cpuProfileOf, database, nodeProcess, peer, scanOf, sockets, statement } from './captures.js';

const databaseBound = {
  service: { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ peers: [peer('database', 10)], inside: 10 }), missing: [] },
  databases: [database({ active: 9.5, statements: [statement()] })],
};

function saturatedService(overrides: Parameters<typeof captures>[0]): ReturnType<typeof captures> {
  return captures({
    service: { process: nodeProcess({ mainCores: 0.95 }), wire: sockets({ unread: 18, inside: 2 }), missing: [] },
    ...overrides,
  });
}

describe('the latency account', () => {
  it('adds up to the mean latency whatever the sockets and threads say', () => {
    const count = fc.double({ min: 0, max: 50, noNaN: true });
    fc.assert(
      fc.property(
        count,
        count,
        count,
        count,
        fc.double({ min: 0, max: 2, noNaN: true }),
        (unread, databaseWaiting, peerWaiting, inside, mainCores) => {
          const wire = sockets({ unread, peers: [peer('database', databaseWaiting), peer('service', peerWaiting)], inside });
          const result = diagnose(
            captures({
              service: { process: nodeProcess({ mainCores }), wire, missing: [] },
              databases: [database({ active: databaseWaiting })],
            }),
          );
          const sum = result.accounting.reduce((total, line) => total + line.perRequestMs, 0);
          expect(sum).toBeCloseTo(400, 3);
          expect(result.accounting.every((line) => line.perRequestMs >= 0 && line.evidence.length > 0)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  describe('of connections on which requests seem to overlap', () => {
    const queued = (unread: number): number => {
      const wire = { ...sockets({ unread, inside: 1 }), multiplexed: true };
      const { accounting } = diagnose(captures({ service: { process: nodeProcess({ mainCores: 0.95 }), wire, missing: [] } }));
      return accounting.find((line) => line.resource === 'event-loop-queue')?.share ?? 0;
    };

    it('counts them where they are as many as requests in flight: large bodies come in pieces', () => {
      expect(queued(18)).toBeGreaterThan(0.8);
    });

    it('does not where they are fewer: several requests share one', () => {
      expect(queued(5)).toBe(0);
    });
  });

  describe('of requests to which the database has sent some rows', () => {
    const trickling = (waits: Record<string, number>): Record<string, number> => {
      const wire = sockets({ peers: [peer('database', 6)], inside: 14 });
      const service = { process: nodeProcess({ mainCores: 0.05 }), wire, missing: [] };
      const { accounting } = diagnose(captures({ service, databases: [database({ active: 19, sessions: 20, waits })] }));
      return Object.fromEntries(accounting.map((line) => [line.resource, line.share]));
    };

    it('is the database where it was seen to work on for them', () => {
      expect(trickling({ CPU: 19 })['database-execution']).toBeCloseTo(0.95);
    });

    it('is the service where the database waits for it to take them', () => {
      expect(trickling({ CPU: 5, Client: 14 })['inside-wait']).toBeGreaterThan(0.6);
    });
  });

  it('tells by a check of its own how far the parts exceed the whole, and exactly then', () => {
    const count = fc.double({ min: 0, max: 40, noNaN: true });
    fc.assert(
      fc.property(count, count, (first, second) => {
        const wire = { ...sockets({ peers: [{ ...peer('service', first), peer: '10.0.0.1:80' }, peer('service', second)] }) };
        wire.inbound.served = 20;
        const result = diagnose(captures({ service: { process: nodeProcess({ mainCores: 0 }), wire, missing: [] } }));
        const check = result.accountChecks?.find(({ id }) => id === 'over-attribution');
        expect(check?.observed).toBeCloseTo((first + second) / 20, 6);
        expect(check?.ok).toBe((check?.observed ?? 0) <= (check?.limit ?? 0));
        expect(result.reasons.includes(check?.detail ?? '')).toBe(check?.ok === false);
      }),
      { numRuns: 100 },
    );
  });

  it('is less sure of causes that rest on an account whose parts overlap, and cites the failed check', () => {
    const fanOut = (waitingElsewhere: number): ReturnType<typeof diagnose> => {
      const wire = sockets({ peers: [peer('service', 18), { ...peer('service', waitingElsewhere), peer: '10.0.0.1:80' }] });
      wire.inbound.served = 20;
      return diagnose(captures({ service: { process: nodeProcess({ mainCores: 0.1 }), wire, missing: [] } }));
    };
    const [sure, unsure] = [fanOut(2), fanOut(17)];
    expect(sure.accountChecks?.every(({ ok }) => ok)).toBe(true);
    expect(unsure.causes[0]?.id).toBe('slow-dependency');
    expect(unsure.causes[0]?.confidence).toBeLessThan(0.7 * (sure.causes[0]?.confidence ?? 0));
    const check = unsure.evidence.find(({ summary }) => summary.startsWith('check over-attribution'));
    expect(check?.summary).toMatch(/add up to 175 % .* \(limit 110 %\)/);
    expect(unsure.causes[0]?.evidence).toContain(check?.id);
  });

  it('fails the check of the requests in flight when others share the service', () => {
    const wire = sockets({ inside: 32 });
    const result = diagnose(captures({ service: { process: nodeProcess({ mainCores: 0.1 }), wire, missing: [] } }));
    expect(result.accountChecks?.find(({ id }) => id === 'in-flight')).toMatchObject({ ok: false, observed: 1.6, limit: 1.25 });
    expect(result.reasons.join()).toContain('32 requests in flight on the service');
  });

  it('names nearly everything unattributed when nothing was observed, and is inconclusive', () => {
    const result = diagnose(captures({ service: null }));
    expect(result.accounting.find((line) => line.resource === 'unattributed')?.share).toBeCloseTo(1);
    expect(result).toMatchObject({ outcome: 'inconclusive', branch: 'inconclusive', causes: [] });
  });
});

describe('database-bound windows', () => {
  it('names the missing index and treats the queue for connections as its consequence', () => {
    const delta = statement();
    const result = diagnose(
      captures({ ...databaseBound, scans: [{ database: 'main', serverVersion: '18.0', statements: [scanOf(delta)], missing: [] }] }),
    );
    expect(result.branch).toBe('db-bound');
    expect(result.outcome).toBe('localized');
    expect(result.causes[0]).toMatchObject({
      id: 'missing-index',
      location: { relation: 'visits', columns: ['device_id'] },
      remedy: { kind: 'create-index', basis: 'estimated' },
    });
    expect(result.ruledOut.map((row) => row.id)).toContain('pool-exhausted');
  });

  it('does not recommend an index for a scan that keeps what it reads', () => {
    const delta = statement();
    const result = diagnose(
      captures({
        ...databaseBound,
        scans: [{ database: 'main', serverVersion: '18.0', statements: [scanOf(delta, { rowsRemoved: 10, rows: 200_000 })], missing: [] }],
      }),
    );
    expect(result.causes.map((cause) => cause.id)).not.toContain('missing-index');
  });

  it('blames the predicate when the column has an index that it cannot use', () => {
    const delta = statement({ text: 'select * from visits where lower(device_id) = $1' });
    const scan = scanOf(delta, {
      nonSargable: [
        {
          kind: 'function-on-column',
          predicate: 'lower(device_id) = $1',
          relation: 'visits',
          column: 'device_id',
          rewrite: null,
          indexStatement: 'CREATE INDEX CONCURRENTLY i ON visits (lower(device_id))',
        },
      ],
    });
    const [table] = scan.tables;
    table?.indexes.push({ name: 'i', columns: ['device_id'], definition: 'CREATE INDEX i ON visits (device_id)', valid: true });
    const result = diagnose(
      captures({ ...databaseBound, scans: [{ database: 'main', serverVersion: '18.0', statements: [scan], missing: [] }] }),
    );
    expect(result.causes.map((cause) => cause.id)).toEqual(['non-sargable-predicate']);
  });

  it.each([
    ['row-lock', 'idle in transaction', 40],
    ['idle-in-transaction', 'idle in transaction', 30_000],
    ['row-lock', 'active', 30_000],
  ] as const)('calls it %s when the root is %s for %d ms', (id, state, stateAgeMs) => {
    const session = {
      level: 0,
      wait: null,
      applicationName: 'batch',
      transactionAgeMs: stateAgeMs,
      waitingFor: null,
      relation: null,
      lockMode: null,
      backendType: 'client backend',
    };
    const tree: BlockingTree = {
      root: { ...session, pid: 1, state, query: 'update stock set n = n - 1 where id = 1', stateAgeMs },
      waiters: [
        {
          ...session,
          pid: 2,
          level: 1,
          state: 'active',
          query: 'update stock set n = n - 1 where id = 1',
          stateAgeMs: 50,
          waitingFor: 'transactionid/ShareLock',
        },
      ],
      blockedMean: 8,
      blockedMax: 9,
      ticksSeen: 80,
    };
    const waits = { Lock: 9, CPU: 0.5 };
    const result = diagnose(
      captures({ ...databaseBound, databases: [database({ active: 9.5, waits, blocking: [tree], statements: [statement()] })], scans: [] }),
    );
    expect(result.causes.map((cause) => cause.id)).toEqual([id]);
    expect(result.causes[0]?.location.relation).toBe('stock');
  });

  it.each([
    ['row-lock', 'tuple/AccessExclusiveLock'],
    ['ddl-lock', 'relation/AccessExclusiveLock'],
  ] as const)('calls it %s when those who wait are for %s', (id, waitingFor) => {
    const session = {
      wait: null,
      applicationName: 'batch',
      transactionAgeMs: 900,
      stateAgeMs: 900,
      backendType: 'client backend',
      relation: 'stock',
    };
    const query = 'select n from stock where id = 1 for update';
    const tree: BlockingTree = {
      root: { ...session, pid: 1, level: 0, state: 'active', query: 'select reprice()', waitingFor: null, lockMode: 'RowExclusiveLock' },
      waiters: [{ ...session, pid: 2, level: 1, state: 'active', query, waitingFor, lockMode: 'AccessExclusiveLock' }],
      blockedMean: 8,
      blockedMax: 9,
      ticksSeen: 80,
    };
    const waits = { Lock: 9, CPU: 0.5 };
    const result = diagnose(
      captures({ ...databaseBound, databases: [database({ active: 9.5, waits, blocking: [tree], statements: [statement()] })], scans: [] }),
    );
    expect(result.causes.map((cause) => cause.id)).toEqual([id]);
  });

  it('names the pool when the connections are all in use and the database is quick', () => {
    const service = {
      process: nodeProcess({ mainCores: 0.1 }),
      wire: sockets({ peers: [peer('database', 2, 2)], inside: 18 }),
      missing: [],
    };
    const quick = statement({ meanExecMs: 35, totalExecMs: 52_000 });
    const result = diagnose(captures({ service, databases: [database({ active: 1.9, sessions: 2, statements: [quick] })], scans: [] }));
    expect(result.causes[0]).toMatchObject({ id: 'pool-exhausted', component: 'connections' });
  });

  it('names repeated look-ups by calls per request', () => {
    const repeated = statement({ calls: 1500 * 80, meanExecMs: 0.3, rowsPerCall: 1, rows: 1500 * 80, timeShare: 0.9 });
    const result = diagnose(captures({ ...databaseBound, databases: [database({ active: 9, statements: [repeated] })], scans: [] }));
    expect(result.causes[0]?.id).toBe('n-plus-one');
  });
});

describe('whose statement it is', () => {
  const repeated = statement({ calls: 1500 * 80, meanExecMs: 0.3, rowsPerCall: 1, rows: 1500 * 80, timeShare: 0.9 });
  const seen = (sessions: number) => ({ queryId: '77', text: repeated.text, sessions, waitClasses: [] });
  const shared = (own: number, others: number): ReturnType<typeof diagnose> => {
    const main = database({ active: 9, statements: [repeated] });
    if (main.activity !== null) {
      main.activity.byStatement = [seen(own)];
      main.activity.others = { active: others, byStatement: [{ queryId: '77', sessions: others }] };
    }
    return diagnose(captures({ ...databaseBound, databases: [main], scans: [] }));
  };

  it("blames the requests as far as the service's own sessions were seen running it", () => {
    expect(shared(4, 1).causes[0]).toMatchObject({ id: 'n-plus-one', location: { database: 'main' } });
    expect(shared(4, 1).causes[0]?.summary).toContain('runs 64 times a request');
    const foreign = shared(0.4, 6);
    expect(foreign.causes.map(({ id }) => id)).not.toContain('n-plus-one');
    expect(foreign.missingEvidence.find(({ id }) => id === 'statement-attribution')?.why).toMatch(/other clients of main ran it: 94 %/);
  });

  it('does not blame them for what another route may have run in the same service', () => {
    const other = { method: 'GET', route: '/exports', requests: 90, meanMs: 3000, maxMs: 4000, cpuShare: 0.1 };
    const own = { method: 'GET', route: '/reports/:id', requests: 1500, meanMs: 400, maxMs: 600, cpuShare: 0.5 };
    const main = database({ active: 9, statements: [repeated] });
    const trace = { routes: [own, other], outbound: [], blockers: [] };
    const result = diagnose(captures({ ...databaseBound, databases: [main], trace, scans: null }));
    expect(result.causes.map(({ id }) => id)).not.toContain('n-plus-one');
    expect(result.missingEvidence.find(({ id }) => id === 'statement-attribution')?.why).toContain('9 other requests were in flight');
  });

  it('gives each of two databases its own part of the waiting', () => {
    const peers = [
      { ...peer('database', 18), label: 'database main' },
      { ...peer('database', 0.2), peer: '10.0.0.2:5432', label: 'database archive' },
    ];
    const service = { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ peers, inside: 1 }), missing: [] };
    const [busy, calm] = [statement(), statement({ queryId: '88', text: 'select * from old where device_id = $1' })];
    const archive = { ...database({ active: 0.2, statements: [calm] }), name: 'archive' };
    const scans = [busy, calm].map((delta, index) => ({
      database: index === 0 ? 'main' : 'archive',
      serverVersion: '18.0',
      statements: [scanOf(delta)],
      missing: [],
    }));
    const result = diagnose(captures({ service, databases: [database({ active: 9, statements: [busy] }), archive], scans }));
    expect(result.causes.map(({ id, location }) => [id, location.database])).toEqual([['missing-index', 'main']]);
  });
});

describe('application-bound windows', () => {
  it('names the function that leads and decides the branch without reading frames', () => {
    const profile = cpuProfileOf([
      {
        category: 'application',
        share: 0.8,
        callers: [
          { frame: appFrame('score'), share: 0.7 },
          { frame: appFrame('render'), share: 0.1 },
        ],
      },
    ]);
    const input = saturatedService({ profile });
    expect(decideBranch(input).branch).toBe('app-bound');
    expect(diagnose(input).causes[0]).toMatchObject({
      id: 'hot-function',
      location: { frame: 'score', file: '/srv/app/score.js', line: 12 },
    });
  });

  it('names the function that has a library work, where neither has a hot frame', () => {
    const profile = cpuProfileOf([{ category: 'framework', share: 0.9 }], {
      libraries: [{ name: 'zod', caller: appFrame('check'), share: 0.6 }],
    });
    const [cause] = diagnose(saturatedService({ profile })).causes;
    expect(cause).toMatchObject({ id: 'hot-function', location: { frame: 'check' } });
    expect(cause?.summary).toContain("60 % of the service's CPU samples in zod, which it calls");
  });

  it('does not call a function hot whose packed code may burn in built-ins that leave no frame', () => {
    const callers = [{ frame: appFrame('wf'), share: 0.8 }];
    const profile = cpuProfileOf([{ category: 'application', share: 0.85, callers }], { unclear: [{ frame: appFrame('wf'), share: 0.8 }] });
    const result = diagnose(saturatedService({ profile }));
    expect(result).toMatchObject({ outcome: 'inconclusive', causes: [] });
    expect(result.missingEvidence.map(({ id }) => id)).toContain('packed-source');
  });

  it('says nothing about frames of a process that is not busy', () => {
    const profile = cpuProfileOf([{ category: 'application', share: 0.9, callers: [{ frame: appFrame('score'), share: 0.9 }] }]);
    const result = diagnose(
      captures({ profile, service: { process: nodeProcess({ mainCores: 0.05 }), wire: sockets({ inside: 20 }), missing: [] } }),
    );
    expect(result).toMatchObject({ outcome: 'localized', branch: 'other-wait', causes: [{ id: 'inside-wait' }] });
    expect(result.missingEvidence.map((row) => row.id)).toContain('inside-wait');
  });

  it('knows that an interpreter with a global lock is at its limit with one core of two, and asks for a profile of it', () => {
    const python = { ...nodeProcess({ mainCores: 0.2, helperCores: 0.75 }), runtime: 'python' as const };
    const gap = { id: 'profile', what: 'a profile of the service under load', why: 'none for python', remedy: 'py-spy' };
    const service = { process: python, wire: sockets({ unread: 2, inside: 18 }), missing: [] };
    const result = diagnose(captures({ service, missing: [gap] }));
    expect(result).toMatchObject({ outcome: 'inconclusive', branch: 'app-bound', causes: [] });
    expect(result.missingEvidence.map(({ id }) => id)).toEqual(['profile']);
    const threads = Array.from({ length: 18 }, () => nodeProcess({ mainCores: 0.01, runDelayCores: 0.05 }).threads.slice(0, 1)).flat();
    const calm = { ...nodeProcess({ mainCores: 0.18 }), runtime: 'python' as const, threads, runDelayMs: 0.9 * 30_000 };
    const waiting = diagnose(captures({ service: { ...service, process: calm } }));
    expect(waiting).toMatchObject({ branch: 'other-wait', outcome: 'inconclusive' });
    expect(waiting.missingEvidence.map(({ id }) => id)).toContain('interpreter-contention');
  });

  it('does not count the primary of a cluster among the loops that could serve', () => {
    const loops = [0.001, 0.95, 0.93].flatMap((mainCores) => nodeProcess({ mainCores }).threads.filter(({ isMain }) => isMain));
    const cluster = { ...nodeProcess({ mainCores: 0.95 }), usableCores: 8, cpuMs: 1.88 * 30_000, threads: loops };
    const result = diagnose(captures({ service: { process: cluster, wire: sockets({ unread: 16, inside: 4 }), missing: [] } }));
    expect(result.branch).toBe('app-bound');
    expect(result.reasons).toContain('the threads that serve requests used 1.88 cores (saturation 0.94)');
  });

  it('refuses to rank a rejected profile and says what is missing', () => {
    const profile = cpuProfileOf([{ category: 'application', share: 0.9, callers: [{ frame: appFrame('score'), share: 0.9 }] }], {
      quality: { verdict: 'rejected', checks: [{ id: 'samples', ok: false, detail: '40 samples, 100 needed' }] },
    });
    const result = diagnose(saturatedService({ profile }));
    expect(result.outcome).toBe('inconclusive');
    expect(result.missingEvidence.map((row) => row.id)).toContain('profile-quality');
  });

  it('says a tie and is less sure', () => {
    const tied = [
      { frame: appFrame('score'), share: 0.42 },
      { frame: appFrame('rank'), share: 0.41 },
    ];
    const causeOf = (callers: typeof tied): Cause | undefined =>
      diagnose(saturatedService({ profile: cpuProfileOf([{ category: 'application', share: 0.83, callers }]) })).causes[0];
    const alone = causeOf([{ frame: appFrame('score'), share: 0.83 }]);
    expect(causeOf(tied)?.summary).toContain('tie with rank');
    expect(causeOf(tied)?.basis?.pattern).toBe('profile-tie');
    expect(causeOf(tied)?.confidence).toBeLessThan(alone?.confidence ?? 0);
  });

  it('blames the other route that holds the loop, not the alerted one', () => {
    const profile = cpuProfileOf([{ category: 'application', share: 0.9, callers: [{ frame: appFrame('thumbnail'), share: 0.85 }] }]);
    const trace = {
      routes: [
        { method: 'GET', route: '/reports/:id', requests: 1500, meanMs: 3, maxMs: 40, cpuShare: 0.04 },
        { method: 'GET', route: '/thumbnails/:id', requests: 60, meanMs: 400, maxMs: 600, cpuShare: 0.9 },
      ],
      outbound: [],
      blockers: [],
    };
    const result = diagnose(saturatedService({ profile, trace }));
    expect(result.causes.map((cause) => cause.id)).toEqual(['event-loop-blocked']);
    expect(result.causes[0]?.location).toMatchObject({ route: 'GET /thumbnails/:id', frame: 'thumbnail' });
  });

  it('calls a saturated service with a flat profile and small demand a matter of capacity', () => {
    const profile = cpuProfileOf([
      { category: 'framework', share: 0.5 },
      { category: 'runtime', share: 0.3 },
      { category: 'application', share: 0.2, callers: [{ frame: appFrame('list'), share: 0.08 }] },
    ]);
    expect(diagnose(saturatedService({ profile }))).toMatchObject({ outcome: 'capacity', causes: [{ id: 'capacity' }] });
  });

  it('charges decoding of thousands of rows to the statement that fetches them', () => {
    const profile = cpuProfileOf([
      { category: 'database-driver', share: 0.6 },
      { category: 'serialization', share: 0.3, callers: [{ frame: appFrame('list'), share: 0.3 }] },
    ]);
    const wide = statement({
      text: 'select * from events limit 3000',
      rows: 1500 * 3000,
      rowsPerCall: 3000,
      meanExecMs: 2,
      totalExecMs: 3000,
    });
    expect(
      diagnose(saturatedService({ profile, databases: [database({ active: 0.1, statements: [wide] })] })).causes.map((cause) => cause.id),
    ).toEqual(['row-volume']);
  });
});

describe('waiting elsewhere', () => {
  it('names the peer that holds the requests', () => {
    const service = { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ peers: [peer('service', 18)], inside: 2 }), missing: [] };
    expect(diagnose(captures({ service })).causes[0]).toMatchObject({ id: 'slow-dependency', location: { peer: '127.0.0.1:9000' } });
  });

  it('never charges a peer with more than the whole latency, when calls in parallel or a load that ended early count more', () => {
    const service = { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ peers: [peer('service', 26)] }), missing: [] };
    service.wire.inbound.served = 20;
    const [cause] = diagnose(captures({ service })).causes;
    expect(cause?.id).toBe('slow-dependency');
    expect(cause?.share).toBeLessThanOrEqual(1);
  });
});

it('says where to look when the answers arrive slowly, which no rule explains', () => {
  const { load } = captures();
  const timingMs = { blocked: 0, connecting: 0, tls: 0, sending: 0, waiting: 150, receiving: 250 };
  const service = { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ inside: 1 }), missing: [] };
  const result = diagnose(captures({ load: { ...load, timingMs }, service }));
  expect(result.missingEvidence.find(({ id }) => id === 'transfer')?.why).toMatch(/hold 6[23] %/);
});

it('gives the same diagnosis for the same evidence', () => {
  const input = captures({
    ...databaseBound,
    scans: [{ database: 'main', serverVersion: '18.0', statements: [scanOf(statement())], missing: [] }],
  });
  const { read, ...fields } = input;
  expect(diagnose(input)).toEqual(diagnose({ read, ...structuredClone(fields) }));
});

it('cites only evidence that exists', () => {
  const result = diagnose(
    captures({ ...databaseBound, scans: [{ database: 'main', serverVersion: '18.0', statements: [scanOf(statement())], missing: [] }] }),
  );
  const known = new Set(result.evidence.map((entry) => entry.id));
  const cited = [...result.causes, ...result.ruledOut, ...result.accounting].flatMap((row) => row.evidence);
  expect(cited.length).toBeGreaterThan(0);
  expect(cited.filter((id) => !known.has(id))).toEqual([]);
});

describe('the thread pool of the runtime', () => {
  const pool = (helperCores: number, waitingCores: number): ReturnType<typeof diagnose> => {
    const process = nodeProcess({ mainCores: 0.05, helperCores });
    const threads = process.threads.map((thread) => (thread.isMain ? thread : { ...thread, runDelayMs: waitingCores * process.windowMs }));
    return diagnose(captures({ service: { process: { ...process, threads }, wire: sockets({ inside: 20 }), missing: [] } }));
  };

  it('is exhausted when its thread is never free, also where others take half of its CPU', () => {
    expect(pool(0.42, 0.57).causes.map((cause) => cause.id)).toEqual(['thread-pool-starvation']);
  });

  it('is not when the thread hardly runs, or is free at times', () => {
    expect(pool(0.1, 0.89).causes).toEqual([]);
    expect(pool(0.42, 0.2).causes).toEqual([]);
  });
});
