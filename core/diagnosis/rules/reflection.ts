import { categoryRule } from './category-rule.js';

export const reflection = categoryRule({
  id: 'reflection',
  category: 'reflection',
  noun: 'reflection',
  advice: 'Cache the reflective look-ups, or generate the accessors once.',
});
