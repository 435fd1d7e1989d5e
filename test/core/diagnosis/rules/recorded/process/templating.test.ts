import { checkRule } from '../check-rule.js';

checkRule('templating', {
  fires: [['price-list', { frame: 'root', file: '<template>' }]],
  silent: ['healthy', 'tariff-copies'],
  lookAlike: [
    ['map-tiles', 'serialization'],
    ['packed-export', 'compression'],
  ],
});
