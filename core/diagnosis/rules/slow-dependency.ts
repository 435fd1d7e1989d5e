import { peerName } from '../../observe/peer-name.js';
import { serviceDocument } from '../../evidence/kinds/service.js';
import { assured } from '../confidence.js';
import { databasesDocument } from '../../evidence/kinds/databases.js';
import { averageOf, clampRatio, ms, percent } from '../figures.js';
import { expectedGain } from '../forecast/expected-gain.js';
import {
  cite,
  minimumShare,
  nothing,
  tooSmall,
  disproved,
  type Candidate,
  type Rule,
  type RuleContext,
  type RuleVerdict,
  type Threshold,
} from '../rule.js';
import { categoryShare } from './process/cpu.js';
import type { DiagnosisInput } from '../input.js';
import type { DatabaseObservation } from '../../model/database.js';
import type { MissingEvidence, PeerObservation } from '../../model/observation.js';
import { queuedForShare, shareOf, shareOfHolder } from '../account/accounting.js';
import { hiddenSessions } from '../blind-spots.js';

const thresholds = {
  driver: {
    value: 0.05,
    unit: 'of the CPU samples',
    source:
      'Encoding and decoding for each request is seen in one sample in twenty or more; a driver that only keeps its connections open is not.',
  },
} as const satisfies Record<string, Threshold>;

export const slowDependency: Rule = { id: 'slow-dependency', requires: [serviceDocument], thresholds, evaluate };

/** Requests wait for the answer of another service; the sockets tell which one. */
function evaluate(context: RuleContext): RuleVerdict {
  const slowest = context.facts.peers
    .filter((peer) => peer.kind !== 'database' || isUnread(context.input))
    .sort((a, b) => b.waiting + b.connecting - (a.waiting + a.connecting))[0];
  if (slowest === undefined) return nothing;
  // The share in the account, because parts that overlap are scaled down to the whole there.
  const { facts, lines } = context;
  const isDatabase = slowest.kind === 'database';
  const atPeer = isDatabase
    ? clampRatio((slowest.waiting + slowest.connecting) / facts.total)
    : shareOfHolder(lines, 'downstream', slowest.peer);
  const occupiedBy = facts.workerQueue?.occupiedBy;
  const queued = queuedForShare(lines, isDatabase ? occupiedBy?.database : occupiedBy?.peers.get(slowest.peer));
  const share = atPeer + queued;
  if (share < minimumShare)
    return disproved('slow-dependency', `the slowest peer, ${slowest.peer}, holds ${percent(share)} of the latency, ${tooSmall}`, [
      context.cited.wire,
    ]);
  return { ...nothing, causes: [describe(context, slowest, { atPeer, queued })], missing: unnamedDatabase(context, slowest) };
}

/** The service talks to a database that the catalog does not name. The peer may be just that, and its own view would name the statement. */
function unnamedDatabase({ input }: RuleContext, peer: PeerObservation): MissingEvidence[] {
  const { profile, databases } = input;
  if (peer.kind !== 'unknown' || databases.length > 0 || profile === null || profile.quality.verdict === 'rejected') return [];
  const driver = categoryShare(profile, 'database-driver', 'orm');
  if (driver < thresholds.driver.value) return [];
  return [
    {
      id: 'database-not-named',
      what: `whether ${peer.peer} is a database of the service`,
      why: `${percent(driver)} of the service's CPU samples are in the driver of a database, and the catalog names none: its statements, plans and locks were not looked at`,
      remedy: 'name it under databases of the service in the catalog, then triage again: its statement is named then',
    },
  ];
}

/** If no database could be looked into, one is a peer like any other: it is known where requests wait, but not why. */
function isUnread({ databases }: DiagnosisInput): boolean {
  return databases.every(({ activity, statements }) => activity === null && statements === null);
}

/** Shares of the mean latency: of the wait itself, and of the queue in front of workers that it occupies. */
interface Held {
  atPeer: number;
  queued: number;
}

function describe(context: RuleContext, peer: PeerObservation, { atPeer, queued }: Held): Candidate {
  const behind = peer.kind === 'unknown' ? hiddenSessions(context.input, context.facts.total) : null;
  const unseen = peer.kind === 'unknown' ? unseenDatabase(context) : null;
  const busy = behind === null ? null : citeBusy(context, behind);
  const way =
    behind === null
      ? unseen === null
        ? ''
        : ` It may be the way to ${unseen.name}, which could not be looked at, and to which no socket of the service leads.`
      : ` It may be a pooler or a service in front of ${behind.name}, which executes ${averageOf(behind.activity?.activeSessions ?? 0, 'statement')} at any moment in sessions that are not the service's own: then the wait is there.`;
  const calls = (context.input.trace?.outbound ?? []).filter(
    (call) => call.peer === peer.peer || call.peer.endsWith(`:${peer.peer.split(':').at(-1) ?? ''}`),
  );
  const route = calls.sort((a, b) => b.requests * b.meanMs - a.requests * a.meanMs)[0];
  const share = atPeer + queued;
  const perRequestMs = atPeer * context.facts.meanMs;
  const inFront =
    queued === 0 ? '' : ` Another ${percent(queued)} of it is the queue in front of the service, whose workers are occupied by that wait.`;
  return {
    id: 'slow-dependency',
    component: 'downstream',
    location: { peer: peer.peer, ...(route === undefined ? {} : { route: `${route.method} ${route.route}` }) },
    share,
    ...assured(context, behind === null && unseen === null ? 'sockets-wait' : 'sockets-unclear'),
    summary: `Waiting for ${peerName(peer)} holds ${percent(atPeer)} of the mean latency, ${ms(perRequestMs)} a request (${averageOf(peer.waiting, 'request')} waiting there at any moment).${inFront}${way}`,
    evidence: cite(context.cited.wire, context.cited.trace, busy, context.cited.accounting),
    remedy: {
      kind: 'runbook',
      statement: `${peer.kind === 'database' ? `Let the responder look into ${peerName(peer)} (what it lacks is told under missing evidence), and triage again: then the statement is named` : `Look at the service behind ${peer.peer}`}; meanwhile bound the wait with a timeout, a cached answer or a fallback.`,
      ...expectedGain(
        context,
        peer.kind === 'database'
          ? { database: [0, 1], calls: [0, 1], isBound: true }
          : { downstream: [0, atPeer / Math.max(atPeer, shareOf(context.lines, 'downstream'))], isBound: true },
      ),
    },
  };
}

/** A database of the service that has no socket of it and no sessions that were seen: whatever stands in front of it is a peer of another name. */
function unseenDatabase({ input, facts }: RuleContext): DatabaseObservation | null {
  const isReached = ({ name }: DatabaseObservation): boolean => facts.peers.some(({ label }) => label === `database ${name}`);
  return input.databases.find((database) => database.activity === null && !isReached(database)) ?? null;
}

function citeBusy({ book }: RuleContext, { name, activity }: DatabaseObservation): string {
  const summary = `${name}: ${averageOf(activity?.activeSessions ?? 0, 'active session')} on average, none of them on a socket of the service`;
  return book.add('database', summary, databasesDocument.name);
}
