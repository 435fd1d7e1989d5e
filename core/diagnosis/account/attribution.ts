import type { DatabaseObservation, StatementDelta } from '../../model/database.js';
import type { MissingEvidence } from '../../model/observation.js';
import type { RouteSpans } from '../../model/profile.js';
import { shareOf, shareOfSide } from './accounting.js';
import { alertedRoute } from '../rules/route.js';
import { average, clampRatio, count, oneLine, percent } from '../figures.js';
import type { RuleContext } from '../rule.js';

/** How much of the server's count for a statement is known to come from the alerted requests. */
export interface Attribution {
  /** 0..1, a lower bound. */
  ours: number;
  /** What speaks against the rest, in words; empty when nothing does. */
  reasons: string[];
}

/** Samples that caught the statement running. With fewer, the sessions that ran it say little about whose it is. */
const enoughLooks = 20;
/** Other traffic is not steady: in the window it may have been this many times the rate that was seen in the second after the load. */
const unsteadiness = 3;
/** Smallest share of other clients that differs from counting noise. */
const visible = 0.05;

/**
 * The server counts a statement for all its clients; the load generator counts only its own requests. Three observations bound what others caused: sessions
 * of other clients that were seen running the statement, its rate after the load ended and, if that rate is unknown, other requests in flight in the
 * service (`part`: the statement's part, 0..1, of the database work). The most pessimistic bound counts.
 */
export function attribute(context: RuleContext, database: DatabaseObservation, statement: StatementDelta, part: number): Attribution {
  const clients = ofService(database, statement);
  const quiet = afterLoad(context, database, statement);
  const routes = quiet === null ? beyondOtherRequests(context, part) : null;
  const found = [clients, quiet, routes].filter((each) => each !== null);
  const reasons = found.filter((each) => each.ours < 1 - visible).map((each) => each.reason);
  if (clients === null && quiet === null)
    return {
      ours: 0,
      reasons: ['whose sessions of the database run it could not be told, and it was not looked at without the load'],
    };
  return { ours: Math.min(1, ...found.map((each) => each.ours)), reasons };
}

interface Part {
  ours: number;
  reason: string;
}

/** Share of the samples with the statement running that were in sessions of the service. Null when the samples cannot tell. */
function ofService({ activity, name }: DatabaseObservation, statement: StatementDelta): Part | null {
  if (activity?.service == null) return null;
  // A sampled statement was seen in sessions of the service; no counter of other clients is mixed in.
  if (statement.isSampled === true) return { ours: 1, reason: '' };
  const looks = (list: readonly { queryId: string | null; sessions: number }[]): number =>
    list.filter((each) => each.queryId === statement.queryId).reduce((sum, each) => sum + each.sessions, 0) * activity.ticks;
  const [own, others] = [looks(activity.byStatement), looks(activity.others?.byStatement ?? [])];
  // Too few samples: the statement is the service's only if no other client is active at all.
  if (own + others < enoughLooks) return others === 0 && (activity.others?.active ?? 0) < visible ? { ours: 1, reason: '' } : null;
  const ours = own / (own + others);
  return {
    ours,
    reason: `other clients of ${name} ran it: ${percent(1 - ours)} of the ${count(own + others)} times that it was seen running`,
  };
}

/** What runs without the load also ran beside it. Null when the database was not observed after the load. */
function afterLoad(context: RuleContext, database: DatabaseObservation, statement: StatementDelta): Part | null {
  const quiet = context.input.scans?.find((scan) => scan.database === database.name)?.quiet ?? null;
  const windowMs = database.activity?.windowMs ?? context.input.load.durationMs ?? 0;
  if (quiet === null || quiet.windowMs <= 0 || statement.calls <= 0) return null;
  const calls = quiet.statements.find((each) => each.queryId === statement.queryId)?.calls ?? 0;
  const background = (calls / quiet.windowMs) * windowMs;
  return {
    ours: clampRatio(1 - (unsteadiness * background) / statement.calls),
    reason: `it ran ${average((calls / quiet.windowMs) * 1000)} times a second when the load was over, ${percent(clampRatio(background / statement.calls))} of its rate under load`,
  };
}

/**
 * Accounts for other requests of the service, from its trace or otherwise from its sockets. If CPU holds the latency, the trace tells whose CPU it is.
 * Otherwise the worst case is assumed: the other requests did nothing but wait for this statement, one call at a time. Queued requests do not count,
 * because they run no statement.
 */
function beyondOtherRequests(context: RuleContext, part: number): Part {
  const { facts, input, lines, sides } = context;
  const windowMs = input.profile?.durationMs ?? input.load.durationMs ?? 0;
  const isAlerted = alertedRoute(input);
  const isOwn = (route: RouteSpans): boolean => isAlerted?.(route.method, route.route) === true;
  // Where no route is known to be the alerted one, none is known to be another: then the sockets tell.
  const routes = isAlerted === null ? [] : (input.trace?.routes ?? []);
  const others = routes.filter((route) => !isOwn(route));
  const traced = windowMs > 0 ? others.reduce((sum, route) => sum + route.requests * route.meanMs, 0) / windowMs : 0;
  const cpu = routes.reduce((sum, route) => sum + route.cpuShare, 0);
  if (sides.application > sides.database && cpu > 0) {
    const foreign = others.reduce((sum, route) => sum + route.cpuShare, 0) / cpu;
    return { ours: 1 - foreign, reason: `other routes of the service take ${percent(foreign)} of its CPU and may have run it` };
  }
  const inFlight = Math.max(traced, facts.otherInFlight);
  const running = shareOfSide(lines, 'database') + shareOf(lines, 'service-cpu', 'gc');
  const held = running * facts.total * part;
  const ours = held > 0 ? clampRatio(1 - inFlight / held) : inFlight > 0 ? 0 : 1;
  return { ours, reason: `${average(inFlight)} other requests were in flight in the service and may have run it` };
}

/** The evidence that is missing to say which client ran a statement. */
export function unattributed(statement: StatementDelta, database: DatabaseObservation, reasons: readonly string[]): MissingEvidence {
  const text = oneLine(statement.text);
  return {
    id: 'statement-attribution',
    what: `which requests run the statement ${statement.queryId} of ${database.name} (${text})`,
    why: `${reasons.join('; ')}; how often one request of the alerted endpoint runs it cannot be told from the server's counts`,
    remedy:
      'repeat the confirmation while the other traffic is away, or on a database of its own; or look at the statements of one request in a trace of the service',
  };
}

/** This database's part of the waiting for databases: by the service's sockets, otherwise by its active sessions. */
export function databaseWeight({ input, facts }: RuleContext, database: DatabaseObservation): number {
  if (input.databases.length < 2) return 1;
  const waiting = (one: DatabaseObservation): number =>
    facts.peers.filter((peer) => peer.label === `database ${one.name}`).reduce((sum, peer) => sum + peer.waiting + peer.connecting, 0) +
    (facts.hasWire ? (one.activity?.service?.activeLocally ?? 0) : 0);
  const active = (one: DatabaseObservation): number => one.activity?.service?.active ?? one.activity?.activeSessions ?? 0;
  for (const measure of [waiting, active]) {
    const all = input.databases.reduce((sum, one) => sum + measure(one), 0);
    if (all > 0) return measure(database) / all;
  }
  return 1 / input.databases.length;
}
