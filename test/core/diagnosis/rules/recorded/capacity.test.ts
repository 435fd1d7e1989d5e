import { checkRule } from './check-rule.js';
import { changed, inDatabases } from './lose.js';

const anonymous = changed('profile-summary.json', ({ categories }) => {
  for (const { frame } of categories.flatMap(({ callers }) => callers)) frame.name = '(anonymous)';
});

const idleProfile = changed('profile-summary.json', (profile) => {
  profile.idleShare = 0.98;
  profile.categories = [{ category: 'framework', share: 1, callers: [] }];
  profile.libraries = [];
});

checkRule('capacity', {
  fires: [
    ['capacity', { route: 'GET /pages/SKU-99' }],
    // A flat profile of functions that have no name.
    ['capacity', { route: 'GET /pages/SKU-99' }, anonymous],
  ],
  silent: ['healthy'],
  lookAlike: [
    // A flat profile that is not of the process: that one burns its CPU, and the profile is idle.
    ['hot-function', null, idleProfile],

    ['cpu-starved', 'cpu-starved'],
    ['noisy-neighbour', 'hot-function'],
    ['clinic-day-sheet', 'n-plus-one'],
    // Many statements a request, and whose they are is open.
    ['clinic-day-sheet', null, inDatabases({ activity: null })],
  ],
});
