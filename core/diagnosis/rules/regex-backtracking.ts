import { categoryRule } from './category-rule.js';

export const regexBacktracking = categoryRule({
  id: 'regex-backtracking',
  category: 'regex',
  noun: 'regular expression matching',
  advice: 'Make the pattern linear (no nested or overlapping quantifiers), anchor it, or bound the input before matching.',
});
