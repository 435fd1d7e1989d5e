import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { planText } from '../../client/cli/analyze/plan-text.js';
import { readQueryPlan } from '../../core/database/plan/plan.js';

const textOf = (name: string): string =>
  planText(readQueryPlan(readFileSync(new URL(`../../fixtures/plans/${name}`, import.meta.url), 'utf8')));

it('prints an executed plan as a tree, with own times in front and what stands out below', () => {
  expect(textOf('samples/worker-sort.txt').split('\n').slice(0, 9)).toEqual([
    'format    postgres-text',
    'execution 125 ms, planning 0.10 ms',
    'dominant  Sort, 75.0 ms of its own',
    '',
    '  own time   share  node',
    '   25.0 ms  20.8 %  Gather Merge  (300 000 rows, 1 000 expected)',
    '   75.0 ms  62.5 %  └─ Sort  (300 000 rows in 2 loops, 2 000 expected)',
    '   20.0 ms  16.7 %     └─ Seq Scan on t  (300 000 rows in 2 loops, 2 000 expected)',
    '',
  ]);
  expect(textOf('samples/worker-sort.txt')).toContain('finding   Sort does not fit into work_mem');
});

it('prints a plan without times as a tree of steps', () => {
  const lines = textOf('engines/sqlite-tree.txt').split('\n');
  expect(lines).toContain('execution unknown');
  expect(lines).toContain('│  └─ Scan table on o');
  expect(textOf('engines/mariadb-join-estimated.json')).toContain('(12 rows expected)');
});

it('uses seconds where there are many milliseconds', () => {
  expect(textOf('samples/child-beyond-parent.txt')).toContain('execution 7.92 s');
});
