import { checkRule } from '../check-rule.js';

checkRule('gc-pressure', {
  fires: [['gc-pressure', {}]],
  silent: ['healthy'],
  lookAlike: [
    ['map-tiles', 'serialization'],
    ['row-volume', 'row-volume'],
    ['search-fuzzy', 'hot-function'],
  ],
});
