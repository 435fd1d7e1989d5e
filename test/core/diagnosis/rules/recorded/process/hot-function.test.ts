import { checkRule } from '../check-rule.js';

checkRule('hot-function', {
  fires: [
    ['hot-function', { frame: 'combinePromotions' }],
    ['red-herring', { frame: 'combinePromotions' }],
    ['noisy-neighbour', { frame: 'combinePromotions' }],
    ['prime-count', { frame: 'main.isPrime' }],
    ['search-fuzzy', {}],
  ],
  silent: ['red-herring-healthy'],
  lookAlike: [
    ['profiler-denied', null],
    ['search-unprofiled', null],
    ['capacity', 'capacity'],
    ['cpu-starved', 'cpu-starved'],
    ['event-loop-blocked', 'event-loop-blocked'],
  ],
});
