import { categoryRule } from './category-rule.js';

export const crypto = categoryRule({
  id: 'crypto',
  category: 'crypto',
  noun: 'cryptography',
  advice:
    'Take key derivation and hashing off the request thread (asynchronous API, worker), reuse sessions and keys, or lower the work factor where policy allows.',
});
