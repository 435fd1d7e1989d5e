import { nativeRules } from '../profile/categories/native.js';
import { pythonRules } from '../profile/categories/python.js';
import type { RuntimeTraits } from './runtime.js';

export const python: RuntimeTraits = {
  id: 'python',
  executable: /^(python|pypy)[\d.]*$/,
  library: /\/libpython\d[\w.]*\.so/,
  concurrency: 'interpreter-lock',
  frames: {
    owns: (module) => /\.(?:py|pyx)$|^<frozen |(?:site|dist)-packages\/|\.cpython-\d/.test(module),
    rules: [...pythonRules, ...nativeRules],
  },
};
