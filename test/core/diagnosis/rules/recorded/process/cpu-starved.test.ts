import { checkRule } from '../check-rule.js';
import { inDatabases, lost } from '../lose.js';

checkRule('cpu-starved', {
  fires: [
    ['cpu-starved', {}],
    ['cpu-starved', {}, lost('profile-summary.json')],
  ],
  silent: ['healthy'],
  lookAlike: [
    ['noisy-neighbour', 'hot-function'],
    ['n-plus-one', 'n-plus-one'],
    ['capacity', 'capacity'],
    // Its own database may have the CPU: what that burns on 140 small statements a request is in no execution time.
    ['n-plus-one', null, inDatabases({ statements: null, totalExecMs: null })],
    ['n-plus-one', null, inDatabases({ activity: null })],
    ['n-plus-one', null, lost('profile-summary.json')],
  ],
});
