import type { DatabaseObservation } from '../model/database.js';
import type { MissingEvidence } from '../model/observation.js';
import type { Facts } from './facts.js';
import type { DiagnosisInput } from './input.js';
import { fewestLooks } from './account/place-requests.js';
import { engineTraits } from '../engines/registry.js';
import type { AccountingLine } from '../model/diagnosis.js';
import { shareOf } from './account/accounting.js';
import { average, averageOf, oneLine, percent, plural, seconds } from './figures.js';
import { minimumShare } from './rule.js';

/** When so large a part of the requests in flight was seen nowhere, no answer can be given. */
const muchUnseen = 0.3;

/**
 * A busy database none of whose sessions leads to a socket of the service, or null. Behind a Unix-domain socket, a pooler or a proxy they may still be the
 * service's. If there are enough of them, no other wait of the service can be told apart from waiting there.
 */
export function hiddenSessions({ databases }: DiagnosisInput, total: number): DatabaseObservation | null {
  const busy = (database: DatabaseObservation): number => (database.activity?.service === null ? database.activity.activeSessions : 0);
  const busiest = [...databases].sort((a, b) => busy(b) - busy(a))[0];
  return busiest !== undefined && busy(busiest) >= minimumShare * total ? busiest : null;
}

/**
 * A database whose statements ran for clearly longer than sockets waited for it, and whose sessions could not be looked at. Rows that arrive one after the
 * other then look like work of the service. Null if there is none.
 */
export function busierThanSockets({ databases, load }: DiagnosisInput, { databaseWaiting, total }: Facts): MissingEvidence | null {
  const executing = ({ activity, totalExecMs }: DatabaseObservation): number =>
    activity === null && totalExecMs !== null && load.durationMs !== null ? totalExecMs / load.durationMs : 0;
  const [busiest] = [...databases].sort((a, b) => executing(b) - executing(a));
  if (busiest === undefined || executing(busiest) - databaseWaiting < minimumShare * total) return null;
  return {
    id: 'database-activity',
    what: `whether the requests inside the service wait for ${busiest.name}`,
    why: `it executed ${averageOf(executing(busiest), 'statement')} at any moment of the window by its counters, but only ${averageOf(databaseWaiting, 'request')} waited on a socket to it, and its sessions could not be looked at`,
    remedy: 'let the role of the responder see all sessions (pg_monitor, or its like), and triage again',
  };
}

/** What the account could not see when no cause was found, and how to make it visible. */
export function blindSpots(input: DiagnosisInput, facts: Facts): MissingEvidence[] {
  return [...(facts.hasWire ? [] : unusableSockets(input)), ...elsewhereThanService(input, facts), ...untoldSessions(input, facts)];
}

function unusableSockets({ service }: DiagnosisInput): MissingEvidence[] {
  const wire = service?.wire ?? null;
  if (wire === null) return [];
  const what = 'where the requests in flight waited (peers, inside the service)';
  if (wire.multiplexed)
    return [
      {
        id: 'sockets',
        what,
        why: 'several requests shared a connection (HTTP/2 or pipelining): sockets are not requests then',
        remedy: 'look at the spans of one request in a trace of the service, or offer the load over HTTP/1.1',
      },
    ];
  // There were enough samples, so their ages were missing; the capture has already reported that.
  if (wire.samples >= fewestLooks) return [];
  const host = service?.process?.host;
  return [
    {
      id: 'sockets',
      what,
      why: `the sockets could be looked at only ${plural(wire.samples, 'time')} in ${seconds(wire.windowMs)}${host === undefined ? '' : `, on a host that was ${percent(host.cpuRatio)} busy`}`,
      remedy: 'triage again with a longer load (--duration 60s), or when less runs on the host',
    },
  ];
}

/** Requests that the load waits for but the service does not have. */
function elsewhereThanService(
  { service, load, databases }: DiagnosisInput,
  { hasWire, inFlight, unread, served }: Facts,
): MissingEvidence[] {
  const held = unread + served;
  // If more statements of the service run than its sockets show requests, the samples of the sockets are wrong; the requests are not elsewhere.
  const running = databases.reduce((sum, { activity }) => sum + (activity?.service?.active ?? 0), 0);
  if (running > held + 1) return [];
  if (!hasWire || inFlight <= 0 || inFlight - held < Math.max(1, muchUnseen * inFlight)) return [];
  const host = service?.process?.host;
  const cpu = load.generator?.cpuRatio ?? null;
  const generator = [
    ...(cpu === null ? [] : [`the load generator used ${percent(cpu)} of its CPU`]),
    ...(host === undefined ? [] : [`the host of the service was ${percent(host.cpuRatio)} busy`]),
  ];
  return [
    {
      id: 'before-service',
      what: 'where the requests wait that the service does not have',
      why: `the load keeps ${averageOf(inFlight, 'request')} in flight, but only ${average(held)} are on the service's sockets: the others wait in front of it (a proxy, a load balancer, the network) or in the load generator${generator.length === 0 ? '' : `; ${generator.join(', ')}`}`,
      remedy:
        'if something passes the requests on, look at its queue and at how many connections to the service it allows, or triage it as a service of its own; if nothing does, offer fewer users, or the load from another host',
    },
  ];
}

function untoldSessions(input: DiagnosisInput, { total }: Facts): MissingEvidence[] {
  const database = hiddenSessions(input, total);
  if (database === null) return [];
  return [
    {
      id: 'database-sessions',
      what: `whose the busy sessions of ${database.name} are`,
      why: `it executes ${averageOf(database.activity?.activeSessions ?? 0, 'statement')} at any moment, but none of its sessions leads to a TCP socket of the service: the service reaches it by a Unix-domain socket, a pooler or another service, or others use it`,
      remedy:
        'let the service connect to it directly and by TCP while it is looked at; where another service stands between, triage that one as a service of its own',
    },
  ];
}

/** Sessions wait for a lock, and nobody saw who has it. */
export function lockOwner({ databases }: DiagnosisInput, lines: readonly AccountingLine[]): MissingEvidence[] {
  const share = shareOf(lines, 'database-lock');
  if (share < minimumShare) return [];
  const waiters = databases.flatMap(({ name, kind, activity }) =>
    (activity?.byStatement ?? []).map(({ text, waitClasses }) => ({
      text: `${oneLine(text)} on ${name}`,
      sessions: waitClasses.reduce((sum, wait) => sum + (engineTraits(kind).waitOf(wait.waitClass) === 'lock' ? wait.sessions : 0), 0),
    })),
  );
  const [most] = waiters.sort((a, b) => b.sessions - a.sessions);
  return [
    {
      id: 'lock-owner',
      what: 'who holds the lock that requests wait for in the database',
      why: `lock waits hold ${percent(share)} of the mean latency${most === undefined || most.sessions === 0 ? '' : `, most of them in ${most.text}`}, and no session was seen that blocks them`,
      remedy:
        "look at the database's own view of its locks under the same load (PostgreSQL: pg_blocking_pids, MySQL: sys.innodb_lock_waits), or let the role of the responder see all sessions",
    },
  ];
}
