import { trigramLimits } from '../../../database/indexes/trigram-index.js';
import { scanDocument } from '../../../evidence/kinds/query-scan.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { assured } from '../../confidence.js';
import type { PlanNode, StatementScan } from '../../../model/database.js';
import { excerpt, percent, plural } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { minimumShare, nothing, type Candidate, type Rule, type RuleContext } from '../../rule.js';
import {
  citeStatement,
  dominantNode,
  indexRemedy,
  looksLikeFullScan,
  planPattern,
  plannedCases,
  readsTooMuch,
  rowsDropped,
  shareWithGathering,
  type StatementCase,
} from './database.js';
import { trialsText } from './index-trials.js';
import { isGamble } from './missing-index.js';
import { withoutDropped } from './avoidable-work.js';

export const nonSargablePredicate: Rule = {
  id: 'non-sargable-predicate',
  requires: [databasesDocument, scanDocument],
  thresholds: {},
  evaluate: (context) => ({ ...nothing, causes: plannedCases(context, minimumShare).flatMap((entry) => judge(context, entry)) }),
};

/** The dominant scan drops its rows by a predicate that hides the column in a function, a cast or a pattern, so that no plain index can serve it. */
function judge(context: RuleContext, entry: StatementCase): Candidate[] {
  const { scan } = entry;
  const node = scan === null ? null : dominantNode(scan);
  if (scan === null || node === null || !(readsTooMuch(node) || looksLikeFullScan(scan, node))) return [];
  const predicate = scan.nonSargable.find((each) => each.relation === node.relation && isDecisive(scan, node, each.column));
  return predicate === undefined ? [] : [describe(context, entry, scan, node, predicate)];
}

/** It is decisive if the column has an index that this predicate cannot use, or if no sargable predicate is left to build an index on. */
function isDecisive(scan: StatementScan, node: PlanNode, column: string): boolean {
  const table = scan.tables.find((each) => each.relation === node.relation);
  const isIndexed = table?.indexes.some((index) => index.valid && index.columns[0] === column) === true;
  return (
    isIndexed ||
    !scan.candidates.some(
      (candidate) => candidate.relation === node.relation && !candidate.columns.includes(column) && !isGamble(scan, candidate),
    )
  );
}

/** The index that looks right for the values of the load and is wrong for others. */
function gambleText(scan: StatementScan, node: PlanNode): string {
  const gamble = scan.candidates.find((candidate) => candidate.relation === node.relation && isGamble(scan, candidate));
  return gamble === undefined
    ? ''
    : ` An index in the order of ${gamble.columns.join(', ')} would stop early for a value with many matches, but read the whole table for one with few or none, slower than now.${trialsText(gamble)}`;
}

function describe(
  context: RuleContext,
  entry: StatementCase,
  scan: StatementScan,
  node: PlanNode,
  predicate: StatementScan['nonSargable'][number],
): Candidate {
  const remedy =
    predicate.rewrite ??
    predicate.indexStatement ??
    `Rewrite the predicate ${predicate.predicate} so that ${predicate.column} stands alone.`;
  const isIndex = predicate.rewrite === null && predicate.indexStatement !== null;
  const untried = isIndex && / USING gin /.test(remedy) ? ` The trigram index: ${trigramLimits(predicate.column)}.` : '';
  return {
    id: 'non-sargable-predicate',
    component: 'database query',
    location: {
      statement: excerpt(entry.statement.text),
      queryId: entry.statement.queryId,
      database: entry.database.name,
      relation: predicate.relation,
      columns: [predicate.column],
      planNode: node.nodeType,
    },
    share: entry.share,
    ...assured(context, planPattern(scan)),
    summary: `The predicate ${predicate.predicate} on ${predicate.relation}.${predicate.column} (${predicate.kind}) cannot use an index: ${node.nodeType} drops ${plural(rowsDropped(node), 'row')} per execution in a statement that takes ${percent(entry.share)} of the mean latency.${gambleText(scan, node)}${untried}`,
    evidence: citeStatement(context, entry),
    remedy: {
      ...(isIndex ? indexRemedy(scan, predicate.relation, remedy) : { kind: 'code-change', statement: remedy }),
      ...expectedGain(context, { database: withoutDropped(context, entry, { node, ofPlan: shareWithGathering(scan, node) }) }),
    },
  };
}
