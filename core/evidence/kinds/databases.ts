import { average, averageOf, percent } from '../../model/figures.js';
import { z } from 'zod';
import { messageWithoutValues } from '../../database/sql/message-values.js';
import { withoutLiterals } from '../../database/sql/without-literals.js';
import type { BlockingSession, DatabaseObservation } from '../../model/database.js';
import type { CaptureKind, Describing } from '../capture-kind.js';
import { shapedAs, type CaptureDocument, type ReadDocument } from '../document.js';
import { missingEvidenceSchema, withoutQuotedValues } from '../missing-evidence.js';

/** A statement of the window, as the observation and the scan hold it. */
export const statementSchema = z.looseObject({
  queryId: z.string(),
  text: z.string(),
  calls: z.number(),
  totalExecMs: z.number(),
  meanExecMs: z.number(),
  timeShare: z.number(),
  rows: z.number(),
  rowsPerCall: z.number(),
});

const sessionSchema = z.looseObject({ pid: z.number(), query: z.string() });

const activitySchema = z.looseObject({
  ticks: z.number(),
  windowMs: z.number(),
  activeSessions: z.number(),
  byWaitClass: z.array(z.looseObject({ waitClass: z.string(), waitEvent: z.string(), sessions: z.number() })),
  byStatement: z.array(z.looseObject({ text: z.string(), sessions: z.number() })),
  service: z
    .looseObject({
      sessions: z.number(),
      active: z.number(),
      idleInTransaction: z.number(),
      waitingForLock: z.number(),
      longIdle: z.looseObject({ sessionsEnd: z.number(), idleMid: z.number(), idleEnd: z.number(), inTransactionEnd: z.number() }),
    })
    .nullable(),
});

export const databasesDocument: CaptureDocument<DatabaseObservation[]> = {
  what: 'what its databases did',
  name: 'databases.json',
  artifactKind: 'database',
  schema: shapedAs<DatabaseObservation[]>(
    z.array(
      z.looseObject({
        name: z.string(),
        kind: z.string(),
        serverVersion: z.string(),
        statements: z.array(statementSchema).nullable(),
        totalExecMs: z.number().nullable(),
        activity: activitySchema.nullable(),
        blocking: z.array(z.looseObject({ root: sessionSchema, waiters: z.array(sessionSchema), blockedMean: z.number() })),
        connections: z.looseObject({ maxConnections: z.number(), reserved: z.number(), usedMax: z.number() }).nullable(),
        missing: z.array(missingEvidenceSchema),
      }),
    ),
  ),
  redact: (databases) => databases.map(withoutStatementValues),
};

export const databasesKind: CaptureKind = {
  id: 'databases',
  scope: 'window',
  stage: 'observe databases',
  what: 'what the databases did under load',
  title: ({ databases }) => (databases.length === 0 ? null : `sessions and statements of ${databases.join(', ')}`),
  longestMs: null,
  documents: [databasesDocument],
  headline,
  describe: (describing) => ({ databases: describeDatabases(describing) }),
};

function headline(read: ReadDocument): string {
  const observations = read(databasesDocument) ?? [];
  const one = ({ name, activity, statements }: DatabaseObservation): string => {
    const sessions = activity === null ? '' : averageOf(activity.activeSessions, 'active session');
    const top = statements?.[0];
    return `${name}: ${[sessions, ...(top === undefined ? [] : [`top statement ${percent(top.timeShare)} of the time`])].filter((part) => part !== '').join(', ')}`;
  };
  return observations.length === 0 ? 'no database could be observed' : observations.map(one).join('; ');
}

function describeDatabases({ read, book }: Describing): string[] {
  return (read(databasesDocument) ?? []).flatMap(({ name, kind, serverVersion, activity }) => {
    if (activity === null) return [];
    const waits = activity.byWaitClass
      .slice(0, 4)
      .map((entry) => `${entry.waitClass}${entry.waitEvent === entry.waitClass ? '' : `:${entry.waitEvent}`} ${average(entry.sessions)}`);
    const { service } = activity;
    const own =
      service === null
        ? ''
        : `; the service holds ${averageOf(service.sessions, 'session')}, ${average(service.active)} active, ${average(service.idleInTransaction)} idle in transaction`;
    const text = `${name} (${kind} ${serverVersion}): ${averageOf(activity.activeSessions, 'active session')} on average (${waits.join(', ') || 'none waiting'})${own}`;
    return [book.add('database', text, databasesDocument.name)];
  });
}

/** Utility statements keep their literals in the server's own counters, and statements of running sessions hold the values of their callers. */
export function withoutStatementValues(database: DatabaseObservation): DatabaseObservation {
  return {
    ...database,
    statements: database.statements?.map((statement) => ({ ...statement, text: withoutLiterals(statement.text) })) ?? null,
    activity:
      database.activity === null
        ? null
        : {
            ...database.activity,
            byStatement: database.activity.byStatement.map((each) => ({ ...each, text: withoutLiterals(each.text) })),
          },
    blocking: database.blocking.map((tree) => ({ ...tree, root: redactSession(tree.root), waiters: tree.waiters.map(redactSession) })),
    ...(database.slotsExhausted === undefined ? {} : { slotsExhausted: messageWithoutValues(database.slotsExhausted) }),
    missing: withoutQuotedValues(database.missing),
  };
}

function redactSession(session: BlockingSession): BlockingSession {
  return { ...session, query: withoutLiterals(session.query) };
}
