import type { Branch } from '../../model/diagnosis.js';
import type { MissingEvidence, PeerObservation, ProcessObservation } from '../../model/observation.js';
import { poolThresholds, type Facts } from '../facts.js';
import type { DiagnosisInput } from '../input.js';
import { siteText } from '../../evidence/kinds/standing.js';
import { alsoStood, standingSite } from './standing-site.js';
import { isGrowing } from './leaked-sessions.js';

/** More than a cause has to hold (`minimumShare`), clear of its error: then the wait is worth a look of its own. */
const worthAsking = 0.3;

/** Waits whose reason no capture shows. One connection is what a pool of one leaves, and a lock that lets one request pass. */
export function waitsInside(input: DiagnosisInput, facts: Facts, branch: Branch): MissingEvidence[] {
  if (branch !== 'other-wait' || facts.inside / facts.total < worthAsking) return [];
  const isSingle = facts.pool !== null && Math.round(facts.pool.sessions) === 1;
  const single = isSingle
    ? '; they use one connection of the database, which a pool of one leaves as well as a lock that lets one request pass: look at the size of the pool first'
    : '';
  const full = fullConnections(facts);
  const site = standingSite(input, facts);
  const also = site === null ? alsoStood(input, facts) : null;
  return [
    {
      id: 'inside-wait',
      what: 'what requests wait for inside the service',
      why: `the requests wait inside the process while its CPU and its peers are calm: ${site === null ? 'a timer, a lock, a thread pool or a connection pool' : 'the line is known, what keeps them there is not'}${single}${full === null ? '' : `; ${full}`}${also === null ? '' : `; ${also}`}${idlePools(input)}`,
      remedy: `${site === null ? stacks(input) : `look at what ${siteText(site)} waits for, and who holds it; `}expose the gauges of its pools and locks, or hand off to the bisector to find the change that introduced it`,
    },
  ];
}

/**
 * Peers whose connections, however many requests there were, all waited for an answer all the time: what a client's limit of connections leaves, and also
 * what a stream or a long poll leaves. A database's connections are counted by its own sessions.
 */
function fullPeers({ peers, total }: Facts): PeerObservation[] {
  const { told, inUse, beyond } = poolThresholds;
  return peers.filter(
    ({ kind, connections, waiting, waitingMax }) =>
      kind !== 'database' &&
      connections >= told.value &&
      waiting >= inUse.value * connections &&
      waitingMax <= Math.ceil(connections) &&
      total >= beyond.value * connections,
  );
}

/** The limit that is worth the first look, in words; null when no peer's connections were all in use. */
export function fullConnections(facts: Facts): string | null {
  const [first] = fullPeers(facts).sort((a, b) => b.waiting - a.waiting);
  if (first === undefined) return null;
  return `all ${Math.round(first.connections)} connections to ${first.label} (${first.peer}) were waiting for its answer the whole time; if requests need one, the limit of that client's connections is what they queue for`;
}

/** Idle connections look the same from outside, whether the pool does not need them or their owners never gave them back. */
function idlePools({ databases }: DiagnosisInput): string {
  const longIdle = databases.flatMap(({ name, activity }) => {
    const rest = activity?.service?.longIdle;
    if (rest === undefined || rest.idleEnd === 0) return [];
    const isAll = rest.idleEnd >= rest.sessionsEnd;
    if (!isAll && !isGrowing(rest)) return [];
    const before = isGrowing(rest) ? `, ${rest.idleMid} in its middle` : '';
    return [`${rest.idleEnd} of ${rest.sessionsEnd} connections to ${name} had run nothing for long at the end of the window${before}`];
  });
  if (longIdle.length === 0) return '';
  return `. ${longIdle.join('; ')}: they are not needed, or were taken and never given back (then the pool's own gauges show all of them in use, and a longer load shows more)`;
}

/** How to see where the requests of a runtime stand at one moment, when it can be asked. */
const stackReaders: Partial<Record<ProcessObservation['runtime'], (pid: number) => string>> = {
  go: () => '/debug/pprof/goroutine?debug=1 of net/http/pprof: how many goroutines stand at which line',
  python: (pid) => `py-spy dump --pid ${pid}`,
  java: (pid) => `jcmd ${pid} Thread.print`,
};

function stacks({ service }: DiagnosisInput): string {
  const process = service?.process ?? null;
  const reader = process === null ? undefined : stackReaders[process.runtime]?.(process.pid);
  return reader === undefined ? '' : `read the stacks under the same load (${reader}), `;
}
