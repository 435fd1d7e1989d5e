import { checkRule, recategorized } from '../check-rule.js';

checkRule('reflection', {
  fires: [['map-tiles', { frame: 'writeTile' }, recategorized('serialization', 'reflection')]],
  silent: ['healthy'],
  lookAlike: [
    ['map-tiles', 'serialization'],
    ['search-fuzzy', 'hot-function'],
  ],
});
