import { cores, percent } from './figures.js';
import type { AccountingLine, Branch } from '../model/diagnosis.js';
import { queuedForShare, shareOf, shareOfSide } from './account/accounting.js';
import { isPoolBusyAtDatabase, type Facts } from './facts.js';
import { saturated } from './account/cpu-facts.js';
import { isForDatabase } from './account/pooler-queue.js';

/** Shares of the mean latency by the side that holds it, 0..1. */
export interface SideShares {
  application: number;
  database: number;
  elsewhere: number;
  unattributed: number;
}

/**
 * Waiting for a CPU that the service's own database uses is waiting for that database. Waiting for a connection counts for the database if the connections
 * are busy there, all the time or while the queue forms; otherwise it counts for nobody yet. Waiting for a worker is divided by what occupies the workers.
 */
export function sideShares(lines: AccountingLine[], facts: Facts): SideShares {
  const application = shareOfSide(lines, 'application');
  const forDatabase = application * facts.heldByOwnDatabase;
  const isPoolerBusyThere = facts.poolerQueue !== null && isForDatabase(facts.poolerQueue);
  const queued =
    (isPoolBusyAtDatabase(facts) ? shareOf(lines, 'pool-wait') : 0) +
    (isPoolerBusyThere ? shareOf(lines, 'pooler-wait') : 0) +
    queuedForShare(lines, facts.workerQueue?.occupiedBy.database);
  return {
    application: application - forDatabase,
    database: shareOfSide(lines, 'database') + forDatabase + queued,
    elsewhere: shareOfSide(lines, 'elsewhere') - queued,
    unattributed: shareOf(lines, 'unattributed'),
  };
}

/** Says where most of the latency is. The account decides, never the names of frames. */
export function chooseBranch(sides: SideShares, facts: Facts): { branch: Branch; reasons: string[] } {
  const reasons = [whereItIs(sides)];
  if (facts.cpu !== null)
    reasons.push(
      `the threads that serve requests used ${cores(facts.cpu.busyCores)} cores (saturation ${facts.cpu.saturation.toFixed(2)})`,
    );
  if (facts.heldByOwnDatabase > 0)
    reasons.push(
      `its database runs on the same host and had the CPU for ${percent(facts.heldByOwnDatabase)} of the time in which the service was ready to run: that counts as waiting for the database`,
    );
  if (facts.cpu === null && !facts.hasWire && facts.databaseWaiting === 0)
    return { branch: 'inconclusive', reasons: [...reasons, 'neither process, sockets nor database could be observed'] };
  return { branch: branchOf(sides, facts), reasons };
}

/** Less than one in a hundred is within the error of the account, and no place to look at. */
const worthTelling = 0.01;

/** `83 % of the mean latency is spent in the service, on its CPU or queueing for it, 13 % at its databases`; places that hold nothing are left out. */
function whereItIs({ application, database, elsewhere, unattributed }: SideShares): string {
  const places: [number, string][] = [
    [application, 'in the service, on its CPU or queueing for it'],
    [database, 'at its databases'],
    [elsewhere, 'waiting for something else'],
    [unattributed, 'where nothing was seen'],
  ];
  const told = places.filter(([share]) => share >= worthTelling).sort(([a], [b]) => b - a);
  const [first, ...others] = told.map(
    ([share, where]) => `${percent(share)}${share === told[0]?.[0] ? ' of the mean latency is spent' : ''} ${where}`,
  );
  return [first ?? 'no part of the mean latency could be placed', ...others].join(', ');
}

/** Limits that turn the shares of the sides into a branch. The branch only decides whether statements are examined, and which word the report uses. */
export const branchThresholds = {
  most: { value: 0.5, unit: 'of the mean latency', source: 'More than everything else together.' },
  little: {
    value: 0.2,
    unit: 'of the mean latency',
    source: 'Below the quarter that a cause must hold, with a fifth of that as room for the error of the account.',
  },
  beside: {
    value: 0.3,
    unit: 'of the mean latency',
    source:
      'Above it the part of the service is more than the quarter that a cause must hold, the error of the account included: then its code is asked, too.',
  },
} as const satisfies Record<string, { value: number; unit: string; source: string }>;

function branchOf(sides: SideShares, facts: Facts): Branch {
  const { application, database, elsewhere, unattributed } = sides;
  const { most, little, beside } = branchThresholds;
  const isSaturated = (facts.cpu?.saturation ?? 0) >= saturated;
  if (database >= most.value && application < beside.value) return 'db-bound';
  if (application >= most.value && database < little.value) return 'app-bound';
  if (isSaturated && database < little.value && application >= elsewhere) return 'app-bound';
  if (database >= little.value && application >= little.value) return 'mixed';
  // Who is inside the service burns its CPU or waits: without its CPU that is open.
  if (facts.cpu === null && facts.inside >= most.value * facts.total) return 'inconclusive';
  if (elsewhere >= most.value && database < little.value) return 'other-wait';
  if (unattributed >= most.value) return 'inconclusive';
  return 'mixed';
}
