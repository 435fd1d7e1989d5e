import { checkRule } from '../check-rule.js';

checkRule('cpu-starved', {
  fires: [['cpu-starved', {}]],
  silent: ['healthy'],
  lookAlike: [
    ['noisy-neighbour', 'hot-function'],
    ['n-plus-one', 'n-plus-one'],
    ['capacity', 'capacity'],
  ],
});
