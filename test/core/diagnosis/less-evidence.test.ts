/**
 * Every recorded window, judged again without one of its captures: whoever sees less says the same, says less, or says what is missing. Never something
 * else, and the same never more surely.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEvidence } from '../../../adapters/artifacts/evidence-folder.js';
import { judgeEvidence } from '../../../core/evidence/judge-evidence.js';
import type { EvidenceContent } from '../../../core/evidence/redact.js';
import type { DatabaseObservation, QueryScan } from '../../../core/model/database.js';
import type { Cause, CauseId, CauseLocation } from '../../../core/model/cause.js';
import type { MissingEvidence, ServiceObservation } from '../../../core/model/observation.js';
import type { RequestTrace } from '../../../core/model/profile.js';
import { recordedEvidence, recordedNames } from '../../../lab/cases/record-evidence.js';

const names = recordedNames();

describe.each(names)('the recorded window %s', (name) => {
  it('gives no other cause, and none more surely, without any one of its captures', async () => {
    const whole = await readEvidence(join(recordedEvidence(), name));
    const { causes } = judgeEvidence(whole);
    const wrong = Object.entries(losses).flatMap(([loss, take]) => {
      const left = without(whole, take);
      if (left === null || known.has(`${name} ${loss}`)) return [];
      return complaints(causes, judgeEvidence(left)).map((complaint) => `without ${loss}: ${complaint}`);
    });
    expect(wrong).toEqual([]);
  });
});

it('was tried with every loss, and every known exception is one', async () => {
  const tried = await Promise.all(
    names.map(async (name) => {
      const whole = await readEvidence(join(recordedEvidence(), name));
      return Object.entries(losses).flatMap(([loss, take]) => {
        const left = without(whole, take);
        return left === null
          ? []
          : [{ loss, key: `${name} ${loss}`, isWrong: complaints(judgeEvidence(whole).causes, judgeEvidence(left)).length > 0 }];
      });
    }),
  );
  expect([...new Set(tried.flat().map(({ loss }) => loss))].sort()).toEqual(Object.keys(losses).sort());
  expect(
    tried
      .flat()
      .filter(({ isWrong }) => isWrong)
      .map(({ key }) => key),
  ).toEqual([...known].sort());
});

/** What the sockets show of rows that come one after the other is work inside the service; only the sessions of the database tell them apart. */
const known: ReadonlySet<string> = new Set(['parcel-list databases']);

interface Documents {
  'service.json': ServiceObservation;
  'databases.json': DatabaseObservation[];
  'query-scan.json': QueryScan[];
  'request-trace.json': RequestTrace;
}

/** Takes something out of the documents; false = there was nothing to take. */
type Take = (read: <N extends keyof Documents>(document: N) => Documents[N] | null, documents: Map<string, unknown>) => boolean;

function eachDatabase(take: (database: DatabaseObservation) => boolean): Take {
  return (read) =>
    (read('databases.json') ?? [])
      .map((database) => {
        const isTaken = take(database);
        if (isTaken) database.missing.push(gone('database'));
        return isTaken;
      })
      .some(Boolean);
}

const fileOf =
  (document: string): Take =>
  (_read, documents) =>
    documents.delete(document);

const losses: Readonly<Record<string, Take>> = {
  profile: fileOf('profile-summary.json'),
  trace: fileOf('request-trace.json'),
  'query scan': fileOf('query-scan.json'),
  service: fileOf('service.json'),
  stacks: fileOf('standing.json'),
  process: (read) => {
    const service = read('service.json');
    if (service?.process == null) return false;
    service.process = null;
    return service.missing.push(gone('process')) > 0;
  },
  sockets: (read) => {
    const service = read('service.json');
    if (service?.wire == null) return false;
    service.wire = null;
    return service.missing.push(gone('sockets')) > 0;
  },
  'calls of other services': (read) => (read('request-trace.json')?.outbound.splice(0) ?? []).length > 0,
  'stretches that hold the loop': (read) => (read('request-trace.json')?.blockers.splice(0) ?? []).length > 0,
  databases: eachDatabase((database) => {
    const had = database.activity !== null || database.statements !== null;
    Object.assign(database, { activity: null, statements: null, totalExecMs: null, blocking: [], connections: null, counters: null });
    return had;
  }),
  'sessions of the database': eachDatabase((database) => {
    const had = database.activity !== null;
    database.activity = null;
    return had;
  }),
  "the service's sessions of the database": eachDatabase(({ activity }) => {
    if (activity?.service == null) return false;
    activity.service = null;
    return delete activity.others;
  }),
  'statements of the database': eachDatabase((database) => {
    const had = database.statements !== null;
    Object.assign(database, { statements: null, totalExecMs: null });
    return had;
  }),
  'locks of the database': eachDatabase(({ blocking }) => blocking.splice(0).length > 0),
  'counters of the database': eachDatabase((database) => {
    const had = database.counters !== null;
    database.counters = null;
    return had;
  }),
  plans: (read) =>
    (read('query-scan.json') ?? [])
      .flatMap(({ statements }) => statements)
      .filter(({ plan }) => plan !== null)
      .map((scan) => Object.assign(scan, { plan: null, planSource: 'none', candidates: [], nonSargable: [], withoutSpill: null })).length >
    0,
  'looks after the load': (read) =>
    (read('query-scan.json') ?? []).filter(({ quiet }) => quiet != null).map((scan) => Object.assign(scan, { quiet: null })).length > 0,
};

function gone(id: string): MissingEvidence {
  return { id, what: id, why: 'it was taken out', remedy: 'put it back' };
}

/** Null where there is nothing to take. As in a real window, what was not captured is told. */
function without({ manifest, documents }: EvidenceContent, take: Take): EvidenceContent | null {
  const left = structuredClone(new Map(documents));
  const read = <N extends keyof Documents>(document: N): Documents[N] | null => (left.get(document) as Documents[N] | undefined) ?? null;
  if (!take(read, left)) return null;
  const captures = manifest.captures.map((capture) => ({ ...capture, missing: [...capture.missing, gone(capture.kind)] }));
  return { manifest: { ...manifest, captures }, documents: left };
}

/** What says where, in place of why: it may be surer than that. */
const weaker: Partial<Record<CauseId, { instead: readonly CauseId[]; where: readonly (keyof CauseLocation)[] }>> = {
  'expensive-query': {
    instead: ['missing-index', 'non-sargable-predicate', 'stale-statistics', 'sort-spill', 'row-volume', 'n-plus-one'],
    where: ['queryId'],
  },
  'slow-dependency': {
    instead: [
      ...['missing-index', 'non-sargable-predicate', 'stale-statistics', 'sort-spill', 'row-volume', 'n-plus-one', 'expensive-query'],
      ...['row-lock', 'ddl-lock', 'idle-in-transaction', 'pooler-wait', 'retry-amplification'],
    ] as CauseId[],
    where: ['peer'],
  },
  'inside-wait': {
    instead: ['pool-exhausted', 'connection-leak', 'thread-pool-starvation', 'connection-per-request', 'retry-amplification'],
    where: ['frame'],
  },
  // The function that burns the CPU in the driver, or that holds the loop.
  'hot-function': { instead: ['n-plus-one', 'row-volume', 'event-loop-blocked'], where: ['frame'] },
};

function complaints(before: readonly Cause[], { outcome, causes, missingEvidence, notJudged }: ReturnType<typeof judgeEvidence>): string[] {
  const broken = (notJudged ?? []).filter(({ needs }) => needs.some((need) => need.startsWith('a rule that can be evaluated')));
  if (broken.length > 0) return broken.map(({ id, needs }) => `${id} threw: ${needs.join(', ')}`);
  if (outcome === 'inconclusive' && missingEvidence.length === 0) return ['inconclusive, and nothing said to be missing'];
  return causes.flatMap((cause) => {
    const same = before.find((one) => one.id === cause.id && isSamePlace(one, cause, ['frame', 'queryId', 'relation', 'peer', 'session']));
    if (same !== undefined) return cause.confidence <= same.confidence + counting ? [] : [`${cause.id} is surer: ${cause.confidence}`];
    const { instead = [], where = [] } = weaker[cause.id] ?? {};
    return before.some((one) => instead.includes(one.id) && isSamePlace(one, cause, where)) ? [] : [`names ${cause.id} ${cause.summary}`];
  });
}

/** Sockets and sessions count the same requests apart, and differ by so much: a fiftieth. */
const counting = 0.02;

function isSamePlace(one: Cause, other: Cause, where: readonly (keyof CauseLocation)[]): boolean {
  return where.every(
    (key) => one.location[key] === undefined || other.location[key] === undefined || one.location[key] === other.location[key],
  );
}
