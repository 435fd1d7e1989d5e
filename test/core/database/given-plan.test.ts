import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adoptGivenPlan } from '../../../core/database/plan/given-plan.js';
import { readQueryPlan } from '../../../core/database/plan/plan.js';
import type { QueryScan, StatementScan } from '../../../core/model/database.js';
import { scanOf, statement } from '../diagnosis/captures.js';

const text = readFileSync(new URL('../../../fixtures/plans/sort-spill-16.json', import.meta.url), 'utf8');
const given = { name: 'slow.json', text, plan: readQueryPlan(text) };
const table = given.plan.nodes.find(({ relation }) => relation !== null)?.relation ?? expect.fail('a plan of a table');

function statementOn(relation: string, overrides: Partial<StatementScan> = {}): StatementScan {
  const facts = {
    schema: 'public',
    relation,
    estimatedRows: 1,
    sizeBytes: 1,
    deadRows: 0,
    modifiedSinceAnalyze: 0,
    lastAnalyzedAt: null,
    indexes: [],
  };
  return scanOf(statement(), { planSource: 'none', plan: null, tables: [facts], ...overrides });
}
const windowOf = (...statements: StatementScan[]): QueryScan[] => [{ database: 'main', serverVersion: '16.1', statements, missing: [] }];

describe('a plan that a person gives to a triage', () => {
  it('belongs to the one statement that reads the same tables', () => {
    const [scan] = adoptGivenPlan(windowOf(statementOn('other'), statementOn(table)), given);
    expect(scan?.missing).toEqual([]);
    expect(scan?.statements.map(({ planSource, planNote }) => [planSource, planNote])).toEqual([
      ['none', null],
      ['analyze', 'the plan is the given file slow.json'],
    ]);
    expect(scan?.statements[1]).toMatchObject({ plan: given.plan, rawPlan: text });
  });

  it('of another engine belongs to none, even where the tables have the same names', () => {
    const tree = `-> Table scan on ${table}  (cost=1.25 rows=10) (actual time=0.043..0.062 rows=10 loops=1)`;
    const [scan] = adoptGivenPlan(windowOf(statementOn(table)), { name: 'slow.txt', text: tree, plan: readQueryPlan(tree) });
    expect(scan?.statements.map(({ planSource }) => planSource)).toEqual(['none']);
    expect(scan?.missing).toEqual([expect.objectContaining({ why: expect.stringContaining('another engine (mysql-tree)') as string })]);
  });

  it.each<[string, StatementScan[], RegExp]>([
    ['that fits no statement', [statementOn('other')], /no statement of the load window that was looked at reads the same/],
    ['that fits several', [statementOn(table), statementOn(table)], /2 statements of the load window do, so it cannot be told whose it is/],
    [
      'of a statement that was executed here',
      [statementOn(table, { planSource: 'analyze', plan: given.plan })],
      /executed here for a plan of its own/,
    ],
  ])('%s is evidence of nothing, and that is said', (_name, statements, why) => {
    const [scan] = adoptGivenPlan(windowOf(...statements), given);
    expect(scan?.statements).toEqual(statements);
    expect(scan?.missing).toEqual([
      expect.objectContaining({
        id: 'given-plan',
        why: expect.stringMatching(why) as string,
        remedy: expect.stringContaining('analyze plan slow.json') as string,
      }),
    ]);
  });
});
