import { phpRules } from '../profile/categories/php.js';
import type { RuntimeTraits } from './runtime.js';

/** Known by its frames alone: a process of PHP is looked at like that of any other program. */
export const php: RuntimeTraits = {
  id: 'php',
  concurrency: 'threads',
  frames: {
    owns: (module) => /\.(?:php|phtml)$|^(?:php:internal|<internal>)$/.test(module),
    rules: phpRules,
  },
};
