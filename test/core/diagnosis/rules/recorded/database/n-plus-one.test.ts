import { checkRule, type Change } from '../check-rule.js';
import { changed } from '../lose.js';

/** So many more statements that run as often as the most repeated one; the CPU that they burn is divided among all. */
function moreLookUps(more: number): Change {
  return changed('databases.json', ([database]) => {
    const statements = database?.statements ?? [];
    const [most] = [...statements].sort((a, b) => b.calls - a.calls);
    if (most === undefined) throw new Error('expected a window with statements, got one without');
    for (let copy = 1; copy <= more; copy++)
      statements.push({ ...most, queryId: `${most.queryId}${copy}`, text: `${most.text} /* ${copy} */` });
  });
}

checkRule('n-plus-one', {
  fires: [
    ['n-plus-one', {}],
    ['clinic-day-sheet', { database: 'ledger' }],
    // A loop with six look-ups for each row: none of them holds a quarter of the latency alone.
    ['n-plus-one', { database: 'main' }, moreLookUps(4)],
  ],
  silent: ['clinic-patient', 'missing-index'],
  lookAlike: [
    ['row-volume', 'row-volume'],
    ['ledger-balance', 'pool-exhausted'],
  ],
});
