import type { Branch } from '../../model/diagnosis.js';
import type { MissingEvidence, PeerObservation, ProcessObservation } from '../../model/observation.js';
import { poolThresholds, type Facts } from '../facts.js';
import type { DiagnosisInput } from '../input.js';
import { siteText } from '../../evidence/kinds/standing.js';
import { alsoStood, standingSite } from './standing-site.js';
import { isGrowing } from './leaked-sessions.js';

/** More than a cause has to hold (`minimumShare`), with room for its error: such a wait deserves a look of its own. */
const worthAsking = 0.3;

/**
 * Waits whose reason no capture shows. A single database connection proves nothing: a pool of one leaves it, and so does a lock that lets one request pass.
 */
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
 * Peers whose connections all waited for an answer all the time, however many requests there were. A client's limit on connections leaves this picture; so
 * does a stream or a long poll. Databases are left out, because the server counts their sessions.
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

/** Describes the limit on connections that is worth the first look; null when no peer had all its connections in use. */
export function fullConnections(facts: Facts): string | null {
  const [first] = fullPeers(facts).sort((a, b) => b.waiting - a.waiting);
  if (first === undefined) return null;
  return `all ${Math.round(first.connections)} connections to ${first.label} (${first.peer}) were waiting for its answer the whole time; if requests need one, the limit of that client's connections is what they queue for`;
}

/** From outside, idle connections look the same whether the pool does not need them or their owners never gave them back. */
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

/** How to read where the requests of a runtime stand at one moment, for the runtimes that can be asked. */
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
