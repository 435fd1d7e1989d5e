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
