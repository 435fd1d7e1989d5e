import { expect, it } from 'vitest';
import { withoutPlanValues } from '../../../core/evidence/kinds/query-scan.js';
import type { QueryScan } from '../../../core/model/database.js';
import { missingIndexResolved } from '../../report/incidents.js';

const address = 'ada@example.org';

function scanWithValues(): QueryScan {
  const [scan] = missingIndexResolved().scans;
  const [one] = scan?.statements ?? [];
  if (scan === undefined || one?.plan == null) throw new Error('the sample has a plan');
  const filter = `(email = '${address}'::text)`;
  const nodes = one.plan.nodes.map((node) => ({ ...node, filter, condition: filter }));
  const findings = [{ id: 'rows-dropped', node: nodes[0]?.id ?? 0, text: `drops rows by ${filter}` }];
  const rawPlan = JSON.stringify([
    { Plan: { 'Node Type': 'Seq Scan', Filter: filter, Output: ['id', `'${address}'::text`], Plans: [{ 'Index Cond': filter }] } },
  ]);
  const nonSargable = [
    {
      kind: 'function-on-column',
      predicate: `lower(email) = '${address}'`,
      relation: 'customers',
      column: 'email',
      rewrite: `email = '${address}'`,
      indexStatement: null,
    },
  ];
  const statement = { ...one.statement, text: `SELECT 1 FROM customers WHERE email = '${address}'` };
  return {
    ...scan,
    statements: [
      { ...one, statement, plan: { ...one.plan, nodes, findings }, rawPlan, nonSargable, planNote: `not executed: "${address}"` },
    ],
  };
}

it('keeps no value of a condition in plans, findings, predicates, statements and raw plans', () => {
  const kept = withoutPlanValues(scanWithValues());
  expect(JSON.stringify(kept)).not.toContain('ada@');
  expect(kept.statements[0]?.plan?.nodes[0]?.filter).toMatch(/^\(email = \$1::text\)$/);
  expect(JSON.parse(kept.statements[0]?.rawPlan ?? 'null')).toMatchObject([
    { Plan: { 'Node Type': 'Seq Scan', Filter: '(email = $1::text)' } },
  ]);
});

it('leaves what is to be run as it is', () => {
  const before = scanWithValues();
  expect(withoutPlanValues(before).statements[0]?.candidates).toEqual(before.statements[0]?.candidates);
});
