import { checkRule } from '../check-rule.js';

checkRule('serialization', {
  fires: [
    ['serialization', { frame: 'copyOf' }],
    ['map-tiles', { frame: 'writeTile' }],
  ],
  silent: ['healthy'],
  lookAlike: [
    ['row-volume', 'row-volume'],
    ['gc-pressure', 'gc-pressure'],
  ],
});
