import type { QueryScan } from '../../../../../../core/model/database.js';
import { checkRule, type Change } from '../check-rule.js';

/** The same window, had its statement taken so long with memory enough. */
function measured(executionMs: number): Change {
  return (documents) => {
    const scans = documents.get('query-scan.json') as QueryScan[];
    const withMemory = (scan: QueryScan['statements'][number]) =>
      scan.withoutSpill == null ? scan : { ...scan, withoutSpill: { ...scan.withoutSpill, executionMs } };
    documents.set(
      'query-scan.json',
      scans.map((scan) => ({ ...scan, statements: scan.statements.map(withMemory) })),
    );
  };
}

checkRule('sort-spill', {
  fires: [
    ['sort-spill-measured', { database: 'main' }],
    ['sort-spill', { database: 'main' }, measured(40)],
  ],
  silent: ['sort-in-memory'],
  lookAlike: [
    ['spill-elsewhere', 'missing-index'],
    ['sort-spill', 'expensive-query'],
    ['sort-spill-contended', 'expensive-query'],
  ],
});
