import { javaRules } from '../profile/categories/java.js';
import type { RuntimeTraits } from './runtime.js';

export const java: RuntimeTraits = {
  id: 'java',
  executable: /^java$/,
  library: /\/libjvm\.so/,
  concurrency: 'threads',
  profileByHand: ({ pid, seconds }) => {
    const file = 'profile.collapsed';
    return { command: `asprof -e cpu -d ${seconds} -o collapsed -f ${file} ${pid}`, file };
  },
  frames: { owns: (module) => /\.(?:java|kt|scala|groovy|clj)$/.test(module), rules: javaRules },
};
