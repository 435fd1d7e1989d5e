import { checkRule, recategorized } from '../check-rule.js';

checkRule('templating', {
  fires: [['map-tiles', { frame: 'writeTile' }, recategorized('serialization', 'templating')]],
  silent: ['healthy'],
  lookAlike: [
    ['map-tiles', 'serialization'],
    ['packed-export', 'compression'],
  ],
});
