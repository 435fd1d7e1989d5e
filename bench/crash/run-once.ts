/** One incident of the crash matrix: something is killed at one of its moments, and what came of it is judged. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { createIncidentClient, type IncidentClient, type StartRequest } from '../../client/temporal/incident-client.js';
import type { IncidentStatus } from '../../workflows/respond/messages.js';
import { isAnswered, type Moment } from './moments.js';
import { createPlace, users, type Place, type Victim } from './place.js';

/** Nobody: the run that the others are compared with. */
export type Struck = Victim | 'nobody';

export interface Row {
  victim: Struck;
  moment: string;
  struck: boolean;
  /** False: it never came to the moment, e.g. no remedy was planned on what a starved host had shown. */
  reached: boolean;
  outcome: string;
  /** Of the first cause. */
  cause: string;
  /** Whether the first cause names the database's own address as the place. */
  isAtDatabase: boolean;
  why: string;
  /** What the last re-run proved; empty: there was none. */
  rerun: string;
  /** Pieces of evidence that the answer itself calls missing. */
  missing: number;
  mostOpen: number;
  leftOver: number;
  /** `valid`, `none` or `half`. */
  indexes: string;
  isInspectorOpen: boolean;
  tookMs: number;
}

async function lookUntil(
  incidents: IncidentClient,
  id: string,
  isDone: (status: IncidentStatus) => boolean,
  patienceMs: number,
): Promise<IncidentStatus | null> {
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    const status = await incidents.status(id).catch(() => null);
    if (status !== null && (isDone(status) || status.phase === 'ended')) return status;
    await delay(100);
  }
  return null;
}

const beginWithinMs = 120_000;

async function begin(incidents: IncidentClient): Promise<string> {
  const receivedAt = new Date().toISOString();
  const rest = { startsAt: null, labels: {}, severity: null, symptom: null, links: [] };
  const request: StartRequest = {
    ...{ endpoint: 'shop/quotes', service: 'shop', symptom: null, options: {} },
    alert: { source: 'cli', id: 'crash', status: 'firing', title: 'slow', receivedAt, ...rest },
  };
  const until = Date.now() + beginWithinMs;
  for (;;) {
    try {
      return (await incidents.startOrAttach(request)).incidentId;
    } catch (error) {
      // A fresh server on a busy machine may need much longer than a call waits.
      if (Date.now() > until) throw error;
      await delay(500);
    }
  }
}

/** A build that has to wait for somebody is still under way when it is struck. */
const heldMs = 4_000;

/** False: there is nothing to ask for. An incident that waits has planned its remedy, or never will. */
async function askFor(place: Place, incidents: IncidentClient, id: string, asks: Moment['asks']): Promise<boolean> {
  if (asks === 'nothing') return true;
  const status = await lookUntil(incidents, id, ({ phase }) => phase === 'waiting', 180_000);
  if (status?.phase !== 'waiting') return false;
  if (asks === 're-run') void incidents.rerun(id, { by: 'crash' }).catch(() => undefined);
  const planId = status.remedyPlan?.planId;
  if (asks !== 'remedy') return true;
  if (planId === undefined) return false;
  await place.database.holdTransaction(heldMs);
  void incidents.decide(id, { planId, decision: 'approve', by: 'crash' }).catch(() => undefined);
  return true;
}

function indexesTold({ valid, invalid }: { valid: number; invalid: number }): string {
  if (invalid > 0) return 'half';
  return valid > 0 ? 'valid' : 'none';
}

/** For whoever has to find out what a row is about. */
function whyOf(status: IncidentStatus): string {
  const { reasons, missingEvidence } = status.incident;
  const proof = status.confirmations.slice(1).map((run) => `re-run: ${run.outcome ?? 'none'}, ${run.reasons.join(', ')}`);
  return [...reasons.slice(-3), ...missingEvidence.map(({ what, why }) => `no ${what}: ${why}`), ...proof].join('; ');
}

async function judge(place: Place, incidents: IncidentClient, id: string, status: IncidentStatus | null) {
  const mostOpen = await place.mostOpen();
  const [found, isInspectorOpen] = await Promise.all([place.database.indexes(), place.isInspectorOpen()]);
  await incidents.close(id, { by: 'crash' }).catch(() => undefined);
  await lookUntil(incidents, id, () => false, 30_000);
  return {
    ...{ mostOpen, isInspectorOpen, indexes: indexesTold(found) },
    leftOver: (await place.loads()).length,
    outcome: status?.incident.outcome ?? 'none',
    cause: status?.incident.causes[0]?.id ?? '',
    isAtDatabase: status?.incident.causes[0]?.location.peer === new URL(place.database.url).host,
    missing: status?.incident.missingEvidence.length ?? 0,
    rerun: status?.confirmations.slice(1).at(-1)?.outcome ?? '',
    why: status === null ? 'it did not come to an end' : whyOf(status),
  };
}

export async function runOnce(victim: Struck, moment: Moment, jitterMs: number): Promise<Row> {
  const startedAt = Date.now();
  const place = await createPlace();
  try {
    await place.start.temporal();
    await place.start.worker();
    const connection = await Connection.connect({ address: place.address });
    const incidents = createIncidentClient(new Client({ connection }));
    const id = await begin(incidents);
    const isAsked = await askFor(place, incidents, id, moment.asks);
    const reached = isAsked && (await lookUntil(incidents, id, moment.isNow, 180_000)) !== null;
    if (reached) await delay(moment.afterMs + jitterMs);
    const struck = reached && victim !== 'nobody' && (await place.strike(victim));
    const isDone = (now: IncidentStatus): boolean => (isAsked ? isAnswered(moment, now) : now.phase === 'waiting');
    const status = await lookUntil(incidents, id, isDone, 240_000);
    const found = await judge(place, incidents, id, status);
    await connection.close();
    return { victim, moment: moment.name, struck, reached, ...found, tookMs: Date.now() - startedAt };
  } finally {
    await place.release();
  }
}

/** The place misses one index. Where its database or its load died in the window, or what was to be seen could not be, that may be all that can be said. */
const trueCauses = new Set(['missing-index', 'expensive-query']);

function isHonest({ victim, outcome, cause, isAtDatabase, why, missing, indexes, rerun }: Row): boolean {
  if (outcome === 'resolved') return true;
  // A remedy that was applied is proven, or it is said that its re-run proved nothing.
  if (outcome === 'localized' && indexes === 'valid' && rerun !== 'unproven') return false;
  // Of a database that died, its address as the place where requests waited is true, and all that can be said.
  const isPlace = victim === 'database' && cause === 'slow-dependency' && isAtDatabase && missing > 0;
  if (outcome === 'localized' || outcome === 'still-failing') return trueCauses.has(cause) || isPlace;
  if (outcome === 'inconclusive' && missing > 0) return true;
  if (victim === 'k6') return outcome === 'unproven' && /k6 (was killed|failed|ended)/.test(why);
  return victim === 'database' && ['unproven', 'inconclusive'].includes(outcome);
}

/** One more than the users: the look at the numbers is a connection, too. */
export function problemsOf(row: Row): string[] {
  return [
    ...(isHonest(row) ? [] : [`outcome ${row.outcome}`]),
    ...(row.outcome === 'resolved' && row.indexes !== 'valid' ? ['resolved without its index'] : []),
    ...(row.indexes === 'half' ? ['a half-built index'] : []),
    ...(row.isInspectorOpen ? ['an open inspector'] : []),
    ...(row.mostOpen > users + 1 ? ['two loads at a time'] : []),
    ...(row.leftOver > 0 ? [`${row.leftOver} loads left over`] : []),
  ];
}
