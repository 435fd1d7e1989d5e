/** What an answer without a cause says is missing, on recorded windows that lost a capture: it names the place, and excludes nothing that it cannot. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEvidence } from '../../../adapters/artifacts/evidence-folder.js';
import { judgeEvidence } from '../../../core/evidence/judge-evidence.js';
import type { Incident } from '../../../core/model/incident.js';
import { recordedEvidence } from '../../../lab/cases/record-evidence.js';
import type { Change } from './rules/recorded/check-rule.js';
import { changed, inDatabases, lost, noProcess, noSockets } from './rules/recorded/lose.js';

async function judged(window: string, ...changes: Change[]): Promise<Incident> {
  const { manifest, documents } = await readEvidence(join(recordedEvidence(), window));
  const copy = structuredClone(new Map(documents));
  for (const change of changes) change(copy);
  return judgeEvidence({ manifest, documents: copy });
}

const noSessionsOfService = changed('databases.json', (all) => {
  for (const { activity } of all) if (activity !== null) activity.service = null;
});
const idleProfile = changed('profile-summary.json', (profile) => {
  profile.idleShare = 0.98;
});
const notLooked = changed('query-scan.json', (scans) => {
  for (const scan of scans) scan.quiet = null;
});

describe('what is missing', () => {
  it.each<[window: string, id: string, place: string, ...changes: Change[]]>([
    ['hot-function', 'queue-for-cpu', 'combinePromotions', noSockets],
    ['regex-backtracking', 'queue-for-cpu', 'looksLikeProse', noSockets],
    ['prime-count', 'service-cpu', 'inside the service', noProcess],
    ['parcel-list', 'database-activity', 'ledger', inDatabases({ activity: null })],
    ['row-lock', 'lock-owner', 'order_numbers', inDatabases({ blocking: [] })],
    ['n-plus-one', 'cpu-holder', 'many statements', lost('profile-summary.json')],
    ['clinic-day-sheet', 'profile-of-calls', 'calls a request', lost('profile-summary.json')],
    ['regional-turnover', 'statement-attribution', 'ledger', noSessionsOfService, notLooked],
    ['regex-backtracking', 'profile-match', '2 %', idleProfile],
    ['n-plus-one', 'cpu-holder', 'many statements', idleProfile],
    ['row-volume', 'statements-uncounted', 'driver', inDatabases({ activity: null, statements: null, totalExecMs: null })],
  ])('in %s is %s, with its place', async (window, id, place, ...changes) => {
    const { outcome, missingEvidence } = await judged(window, ...changes);
    expect(outcome).toBe('inconclusive');
    const rows = missingEvidence.filter((row) => row.id === id);
    expect(rows).toHaveLength(1);
    expect(`${rows[0]?.what} ${rows[0]?.why}`).toContain(place);
    expect(rows[0]?.remedy).not.toBe('');
  });

  it('is told in place of a false exclusion: a queue that nobody saw is not a small one', async () => {
    const { ruledOut } = await judged('hot-function', noSockets);
    expect(ruledOut.map(({ id }) => id)).not.toContain('hot-function');
    expect((await judged('clinic-day-sheet', lost('profile-summary.json'))).ruledOut.map(({ id }) => id)).not.toContain('n-plus-one');
  });
});

it('a peer that may be the way to a database that nobody could look at is no surer than one that was seen to be', async () => {
  const [seen] = (await judged('cart-removal-tunnel')).causes;
  const [unseen] = (await judged('cart-removal-tunnel', inDatabases({ activity: null }))).causes;
  expect(seen?.basis?.pattern).toBe('sockets-unclear');
  expect(unseen?.basis?.pattern).toBe('sockets-unclear');
  expect(unseen?.location).toEqual(seen?.location);
});

it('calls that fail at once and are repeated may be what requests pause for', async () => {
  const pausing = changed('service.json', ({ wire }) => {
    for (const peer of wire?.peers ?? []) {
      if (wire !== null) wire.waitingInside += 0.9 * peer.waiting;
      Object.assign(peer, { waiting: 0.1 * peer.waiting, waitingMax: 1 });
    }
  });
  const { causes, missingEvidence } = await judged('retry-amplification', pausing);
  expect(causes.map(({ id }) => id)).toEqual(['inside-wait']);
  expect(missingEvidence.map(({ id }) => id)).toContain('retry-pauses');
});

it('a place that is too uncertain to be called the cause is named all the same, and the other requests that make it so', async () => {
  const shared = changed('service.json', ({ wire }) => {
    if (wire === null) throw new Error('expected sockets, got none');
    const others = 9 * wire.inbound.served;
    wire.inbound.served += others;
    wire.peers.push({
      peer: '10.9.9.9:443',
      label: 'https',
      kind: 'unknown',
      connections: others,
      waiting: others,
      waitingMax: others,
      connecting: 0,
    });
  });
  const { outcome, reasons, missingEvidence } = await judged('slow-dependency', shared);
  expect(outcome).toBe('inconclusive');
  expect(missingEvidence.map(({ id }) => id)).toEqual(['other-requests']);
  expect(reasons.at(-1)).toContain('10.9.9.9:443');
});
