/**
 * `npm run crash [-- --runs N --seed S]`: kill -9 of worker, Temporal and k6 at ten moments of an incident. Each run ends with the outcome of an undisturbed
 * one or with an honest other one, never with two loads at a time and never with a load that is left over. Prints the table; exits 1 when a run broke that.
 */
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { createIncidentClient, type IncidentClient } from '../client/temporal/incident-client.js';
import type { IncidentStatus } from '../workflows/respond/messages.js';
import { createPlace, users, type Place } from './crash/place.js';

const victims = ['worker', 'temporal', 'k6'] as const;
type Victim = (typeof victims)[number];

const has =
  (kind: string, stage: string) =>
  ({ timeline }: IncidentStatus): boolean =>
    timeline.some((event) => event.kind === kind && 'stage' in event && event.stage.startsWith(stage));

/** From acceptance to the proof of the fix; a moment that was too short to be seen is taken at the next look. */
const moments: { name: string; isNow: (status: IncidentStatus) => boolean; afterMs: number }[] = [
  { name: 'accepted', isNow: () => true, afterMs: 0 },
  { name: 'load ordered', isNow: has('stage-started', 'confirm'), afterMs: 0 },
  { name: 'load begins', isNow: has('stage-started', 'profile'), afterMs: 0 },
  { name: 'in the middle of the load', isNow: has('stage-started', 'profile'), afterMs: 4_000 },
  { name: 'at the end of the captures', isNow: has('stage-started', 'profile'), afterMs: 8_500 },
  { name: 'load ended', isNow: has('stage-ended', 'confirm'), afterMs: 0 },
  { name: 'deciding', isNow: has('stage-started', 'branch'), afterMs: 0 },
  { name: 'localizing', isNow: has('stage-started', 'localize'), afterMs: 0 },
  { name: 'waiting', isNow: ({ phase }) => phase === 'waiting', afterMs: 500 },
  { name: 're-run', isNow: has('stage-started', 'verify'), afterMs: 3_000 },
];

/** The same sequence for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Row {
  victim: Victim;
  moment: string;
  struck: boolean;
  outcome: string;
  why: string;
  mostOpen: number;
  leftOver: number;
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

async function strike(place: Place, victim: Victim): Promise<boolean> {
  const struck = await place.kill(victim);
  await delay(500);
  if (victim !== 'k6') await place.start[victim]();
  return struck;
}

async function runOnce(victim: Victim, moment: (typeof moments)[number], jitterMs: number): Promise<Row> {
  const startedAt = Date.now();
  const place = await createPlace();
  try {
    await place.start.temporal();
    await place.start.worker();
    const connection = await Connection.connect({ address: place.address });
    const incidents = createIncidentClient(new Client({ connection }));
    const receivedAt = new Date().toISOString();
    const rest = { startsAt: null, labels: {}, severity: null, symptom: null, links: [] };
    const { incidentId } = await incidents.startOrAttach({
      ...{ endpoint: 'shop/quotes', service: 'shop', symptom: null, options: {} },
      alert: { source: 'cli', id: 'crash', status: 'firing', title: 'slow', receivedAt, ...rest },
    });
    const isRerun = moment.name === 're-run';
    if (isRerun) {
      await lookUntil(incidents, incidentId, ({ phase }) => phase === 'waiting', 120_000);
      void incidents.rerun(incidentId, { by: 'crash' }).catch(() => undefined);
    }
    await lookUntil(incidents, incidentId, moment.isNow, 120_000);
    await delay(moment.afterMs + jitterMs);
    const struck = await strike(place, victim);
    const isDone = ({ phase, confirmations }: IncidentStatus): boolean => phase === 'waiting' && confirmations.length >= (isRerun ? 2 : 1);
    const status = await lookUntil(incidents, incidentId, isDone, 180_000);
    const mostOpen = await place.mostOpen();
    await incidents.close(incidentId, { by: 'crash' }).catch(() => undefined);
    await lookUntil(incidents, incidentId, () => false, 30_000);
    const leftOver = (await place.loads()).length;
    await connection.close();
    const outcome = status?.incident.outcome ?? 'none';
    const why = status?.incident.reasons.at(-1) ?? 'it did not come to an end';
    return { victim, moment: moment.name, struck, outcome, why, mostOpen, leftOver, tookMs: Date.now() - startedAt };
  } finally {
    await place.release();
  }
}

/** Undisturbed it is localized, and still failing after a re-run of an unchanged service. A killed k6 proves nothing, and that is said. */
function isHonest({ victim, outcome, why }: Row): boolean {
  if (outcome === 'localized' || outcome === 'still-failing') return true;
  return victim === 'k6' && outcome === 'unproven' && /k6 (was killed|failed|ended)/.test(why);
}

/** One more than the users: the look at the numbers is a connection, too. */
function problemsOf(row: Row): string[] {
  return [
    ...(isHonest(row) ? [] : [`outcome ${row.outcome}`]),
    ...(row.mostOpen > users + 1 ? ['two loads at a time'] : []),
    ...(row.leftOver > 0 ? [`${row.leftOver} loads left over`] : []),
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } } });
  const random = createRandom(Number(values.seed));
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say('| run | killed | moment | outcome | most connections | left over | s | problem |');
  say('|---|---|---|---|---|---|---|---|');
  let broken = 0;
  for (let run = 0; run < Number(values.runs); run += 1) {
    const victim = victims[run % victims.length] ?? 'worker';
    const moment = moments[Math.floor(run / victims.length) % moments.length];
    if (moment === undefined) continue;
    const row = await runOnce(victim, moment, Math.floor(random() * 500));
    const problems = problemsOf(row);
    if (problems.length > 0) broken += 1;
    const killed = row.struck ? row.victim : `${row.victim} (none ran)`;
    const shown = [
      run + 1,
      killed,
      row.moment,
      row.outcome,
      row.mostOpen,
      row.leftOver,
      Math.round(row.tookMs / 1000),
      problems.join(', '),
    ];
    say(`| ${shown.join(' | ')} |${problems.length > 0 ? ` ${row.why}` : ''}`);
  }
  say(broken === 0 ? 'no run broke a promise' : `${broken} runs broke a promise`);
  process.exitCode = broken === 0 ? 0 : 1;
}

await main();
