import { engineTraits } from '../../../engines/registry.js';
import { scanDocument } from '../../../evidence/kinds/query-scan.js';
import { databasesDocument } from '../../../evidence/kinds/databases.js';
import { assured } from '../../confidence.js';
import type { PlanNode, StatementScan } from '../../../model/database.js';
import { clampRatio, count, excerpt, ms, percent } from '../../figures.js';
import { partOfDatabase } from './avoidable-work.js';
import { expectedGain, withAdvice } from '../../forecast/expected-gain.js';
import { minimumShare, tooSmall, nothing, disproved, type Candidate, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import { citeStatement, planPattern, plannedCases, selfShare, type StatementCase } from './database.js';

export const sortSpill: Rule = { id: 'sort-spill', requires: [databasesDocument, scanDocument], thresholds: {}, evaluate };

interface Spill {
  entry: StatementCase;
  scan: StatementScan;
  node: PlanNode;
  /** Part, 0..1, of the statement's time that more memory would save, measured; null = not measured. */
  gain: number | null;
}

function evaluate(context: RuleContext): RuleVerdict {
  const spills = plannedCases(context, minimumShare).flatMap(heaviestSpill);
  const causes = spills.filter(({ entry, gain }) => gain !== null && entry.share * gain >= minimumShare);
  if (causes.length > 0) return { ...nothing, causes: causes.map((spill) => describe(context, spill)) };
  // A spill whose cost could not be measured neither supports nor excludes this cause.
  const seen = spills.find(({ gain }) => gain !== null);
  return seen === undefined ? nothing : disproved('sort-spill', whyNot(seen), citeStatement(context, seen.entry));
}

function heaviestSpill(entry: StatementCase): Spill[] {
  const { scan } = entry;
  if (scan?.plan?.analyzed !== true) return [];
  const node = scan.plan.nodes.filter((each) => each.spilledKb > 0).sort((a, b) => b.selfMs - a.selfMs)[0];
  return node === undefined ? [] : [{ entry, scan, node, gain: gainOf(scan) }];
}

/** A spill alone proves nothing: temporary files stay in the page cache, and a large sort takes long in memory, too. Only the comparison tells. */
export function gainOf({ withoutSpill }: StatementScan): number | null {
  return withoutSpill == null || withoutSpill.spilledMs <= 0 ? null : clampRatio(1 - withoutSpill.executionMs / withoutSpill.spilledMs);
}

function whyNot({ entry, node, gain, scan }: Spill): string {
  const [before, after] = [ms(scan.withoutSpill?.spilledMs ?? 0), ms(scan.withoutSpill?.executionMs ?? 0)];
  return `${node.nodeType} spills ${count(node.spilledKb)} kB to disk, but without the spill the statement takes ${after} instead of ${before}${(gain ?? 0) > 0 ? `: that is ${percent(entry.share * (gain ?? 0))} of the latency, ${tooSmall}` : ', which is no gain'}`;
}

function describe(context: RuleContext, { entry, scan, node, gain }: Spill): Candidate {
  const share = entry.share * (gain ?? 0);
  const [before, after] = [scan.withoutSpill?.spilledMs ?? 0, scan.withoutSpill?.executionMs ?? 0];
  const memory = `${Math.ceil((scan.withoutSpill?.workMemKb ?? 0) / 1024)} MB`;
  return {
    id: 'sort-spill',
    component: 'database query',
    location: {
      statement: excerpt(entry.statement.text),
      queryId: entry.statement.queryId,
      database: entry.database.name,
      planNode: node.nodeType,
      ...(node.relation === null ? {} : { relation: node.relation }),
    },
    share,
    ...assured(context, planPattern(scan)),
    summary: `${node.nodeType} does not fit into work_mem and spills ${count(node.spilledKb)} kB to disk (self ${ms(node.selfMs)}, ${percent(selfShare(scan, node))} of the plan): the statement takes ${ms(before)} with the spill and ${ms(after)} with ${memory} of memory, and holds ${percent(entry.share)} of the mean latency.`,
    evidence: citeStatement(context, entry),
    remedy: {
      kind: 'configuration',
      statement: `${engineTraits(entry.database.kind).remedies.moreMemory(memory)}, or an index that delivers the order, or fewer rows to sort.`,
      ...withAdvice(
        expectedGain(context, { database: partOfDatabase(context, entry, [gain ?? 0, gain ?? 0]) }),
        `the statement alone ${before} → ${after}, measured`,
      ),
    },
  };
}
