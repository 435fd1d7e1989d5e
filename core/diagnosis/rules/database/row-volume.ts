import type { Threshold } from '../../rule.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { assured } from '../../confidence.js';
import { attribute, unattributed } from '../../account/attribution.js';
import { clampRatio, count, excerpt, percent, plural } from '../../figures.js';
import { shareOfSide } from '../../account/accounting.js';
import { expectedGain } from '../../forecast/expected-gain.js';
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
} from '../../rule.js';
import { applicationShare, categoryShare, cpuProfile } from '../process/cpu.js';
import type { Avoidable } from '../../forecast/forecast.js';
import { partOfDatabase } from './avoidable-work.js';
import { statementThresholds } from './open-statements.js';
import { citeStatement, isOfWindow, rowsRead, statementCases, type StatementCase } from './database.js';

const thresholds = {
  manyRows: statementThresholds.manyRows,
  handled: {
    value: 2,
    unit: 'rows handled for each returned',
    source:
      'At least half of what the busiest node handles is returned; a plan that groups or sorts many times more would take as long for one row.',
  },
  driver: {
    value: 0.15,
    unit: 'of the CPU samples',
    source:
      'Handling the same rows again costs about as much as decoding them; below this both together stay under a quarter, the least that a cause must hold.',
  },
} as const satisfies Record<string, Threshold>;

export const rowVolume: Rule = { id: 'row-volume', requires: [databasesDocument], thresholds, evaluate };

/** Far more rows travel than a page shows. The time goes into decoding (and encoding again) in the service, or into sending in the database. */
function evaluate(context: RuleContext): RuleVerdict {
  const cases = statementCases(context);
  const heaviest = [...cases].sort((a, b) => b.rowsPerRequest - a.rowsPerRequest)[0];
  if (heaviest === undefined || heaviest.rowsPerRequest < thresholds.manyRows.value) return nothing;
  const share = decodingShare(context) + transferShare(context, heaviest);
  if (share < minimumShare)
    return disproved(
      'row-volume',
      `${count(heaviest.rowsPerRequest)} rows a request are fetched, but decoding and transfer hold ${percent(share)} of the latency, ${tooSmall}`,
      citeStatement(context, heaviest),
    );
  const rows = cases.reduce((sum, entry) => sum + entry.statement.rows, 0);
  const rowShare = rows > 0 ? heaviest.statement.rows / rows : 0;
  const { ours, reasons } = attribute(context, heaviest.database, heaviest.statement, rowShare);
  if (ours * heaviest.rowsPerRequest < thresholds.manyRows.value || ours * share < minimumShare)
    return { ...nothing, missing: [unattributed(heaviest.statement, heaviest.database, reasons)] };
  return { ...nothing, causes: [describe(context, { ...heaviest, rowsPerRequest: ours * heaviest.rowsPerRequest }, ours * share)] };
}

/** CPU of the service in the driver and in what handles the same rows again. Rows are the reason only if the driver takes a visible part. */
function decodingShare(context: RuleContext): number {
  const profile = cpuProfile(context);
  if (profile === null) return 0;
  const driver = categoryShare(profile, 'database-driver', 'orm');
  if (driver < thresholds.driver.value) return 0;
  return applicationShare(context) * Math.min(1, driver + categoryShare(profile, 'serialization', 'gc', 'allocation', 'network-io'));
}

/**
 * In the database: a statement that returns most of what it handles, and takes its time because of that. One that groups, sorts or joins many times more
 * rows than it returns would take as long for a single row.
 */
function transferShare(context: RuleContext, entry: StatementCase): number {
  if (entry.scan === null || !isOfWindow(entry.scan)) return 0;
  const { plan } = entry.scan;
  const returned = entry.statement.rowsPerCall;
  if (plan?.analyzed !== true || returned < thresholds.manyRows.value) return 0;
  return Math.max(...plan.nodes.map(rowsRead)) <= thresholds.handled.value * returned ? entry.share : 0;
}

/** All rows but a page go: at least down to a number that is no finding, at most nearly all. */
function withoutRows(context: RuleContext, entry: StatementCase): Avoidable {
  const least = 1 - Math.min(1, thresholds.manyRows.value / entry.rowsPerRequest);
  const handled = applicationShare(context) > 0 ? clampRatio(decodingShare(context) / applicationShare(context)) : 0;
  const returned = transferShare(context, entry) > 0 ? 1 : 0;
  return { cpu: [handled * least, handled], database: partOfDatabase(context, entry, [returned * least, 1]) };
}

function describe(context: RuleContext, entry: StatementCase, share: number): Candidate {
  return {
    id: 'row-volume',
    component: 'database query',
    location: { statement: excerpt(entry.statement.text), queryId: entry.statement.queryId, database: entry.database.name },
    share,
    ...assured(context, 'statement-counts'),
    summary: `Each request fetches ${plural(Math.round(entry.rowsPerRequest), 'row')} (${count(entry.statement.rowsPerCall)} a call); decoding and handling them, with the queue for it, holds ${percent(share)} of the mean latency, while requests wait for the database itself for ${percent(shareOfSide(context.lines, 'database'))} of it.`,
    evidence: cite(...citeStatement(context, entry), context.cited.profile, context.cited.process),
    remedy: {
      kind: 'code-change',
      statement: 'Fetch what is shown: add LIMIT or keyset paging, select only the needed columns, aggregate in the database.',
      ...expectedGain(context, withoutRows(context, entry)),
    },
  };
}
