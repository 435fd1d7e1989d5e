import { checkRule } from '../check-rule.js';
import { changed, inDatabases } from '../lose.js';

/** A quarter of the samples go to a function that never meets the collector. */
const busyFunction = changed('profile-summary.json', ({ categories }) => {
  for (const one of categories) {
    one.share *= 0.75;
    for (const caller of one.callers) caller.share *= 0.75;
  }
  const own = categories.find(({ category }) => category === 'application');
  if (own === undefined) throw new Error('expected CPU of the application, got none');
  own.share += 0.25;
  own.callers.unshift({ frame: { name: 'sumUp', module: '/srv/app/totals.js', line: 3 }, share: 0.25 });
});

checkRule('gc-pressure', {
  fires: [
    ['gc-pressure', {}],
    // A function that burns CPU and allocates nothing is not where the garbage comes from.
    ['gc-pressure', { file: '/srv/app/lab/shop/feed.ts' }, busyFunction],
  ],
  silent: ['healthy'],
  lookAlike: [
    ['map-tiles', 'serialization'],
    ['row-volume', 'row-volume'],
    ['search-fuzzy', 'hot-function'],
    // The garbage may be rows that nobody counted.
    ['row-volume', null, inDatabases({ activity: null, statements: null, totalExecMs: null })],
  ],
});
