import { categoryRule } from './category-rule.js';

export const logging = categoryRule({
  id: 'logging',
  category: 'logging',
  noun: 'logging',
  advice: 'Raise the log level on this path, drop stack captures and large objects, log asynchronously.',
});
