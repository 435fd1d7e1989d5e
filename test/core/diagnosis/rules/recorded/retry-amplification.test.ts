import { checkRule } from './check-rule.js';

checkRule('retry-amplification', {
  fires: [['retry-amplification', {}]],
  silent: ['patient-calls'],
  lookAlike: [
    ['slow-dependency', 'slow-dependency'],
    ['weather-forecast', 'slow-dependency'],
  ],
});
