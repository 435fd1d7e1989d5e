import { categoryRule } from './category-rule.js';

export const templating = categoryRule({
  id: 'templating',
  category: 'templating',
  noun: 'template rendering',
  advice: 'Compile templates once, cache rendered fragments, render less per request.',
});
