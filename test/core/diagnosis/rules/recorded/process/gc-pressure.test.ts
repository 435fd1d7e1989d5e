import { checkRule } from '../check-rule.js';
import { inDatabases } from '../lose.js';

checkRule('gc-pressure', {
  fires: [['gc-pressure', {}]],
  silent: ['healthy'],
  lookAlike: [
    ['map-tiles', 'serialization'],
    ['row-volume', 'row-volume'],
    ['search-fuzzy', 'hot-function'],
    // The garbage may be rows that nobody counted.
    ['row-volume', null, inDatabases({ activity: null, statements: null, totalExecMs: null })],
  ],
});
