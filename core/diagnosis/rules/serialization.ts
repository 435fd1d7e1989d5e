import { categoryRule } from './category-rule.js';

export const serialization = categoryRule({
  id: 'serialization',
  category: 'serialization',
  noun: 'serialization (encoding or decoding of payloads)',
  advice: 'Send less: select the needed fields, page, stream, or cache the encoded form.',
});
