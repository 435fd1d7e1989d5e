import { categoryRule } from './category-rule.js';

export const compression = categoryRule({
  id: 'compression',
  category: 'compression',
  noun: 'compression',
  advice: 'Lower the compression level, skip small or already compressed bodies, compress once and cache, or leave it to the proxy.',
});
