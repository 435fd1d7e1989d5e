import { nativeRules } from '../profile/categories/native.js';
import { pythonRules } from '../profile/categories/python.js';
import type { RuntimeTraits } from './runtime.js';

export const python: RuntimeTraits = {
  id: 'python',
  executable: /^(python|pypy)[\d.]*$/,
  library: /\/libpython\d[\w.]*\.so/,
  concurrency: 'interpreter-lock',
  profileByHand: ({ pid, seconds }) => {
    const file = 'profile.speedscope.json';
    return { command: `py-spy record --pid ${pid} --duration ${seconds} --gil --subprocesses --format speedscope --output ${file}`, file };
  },
  frames: {
    owns: (module) => /\.(?:py|pyx)$|^<frozen |(?:site|dist)-packages\/|\.cpython-\d/.test(module),
    rules: [...pythonRules, ...nativeRules],
  },
};
