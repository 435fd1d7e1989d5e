import { rubyNativeNames, rubyRules } from '../profile/categories/ruby.js';
import type { RuntimeTraits } from './runtime.js';

export const ruby: RuntimeTraits = {
  id: 'ruby',
  executable: /^(ruby|truffleruby)[\d.]*$/,
  library: /\/libruby[\w.-]*\.so/,
  concurrency: 'interpreter-lock',
  profileByHand: ({ pid, seconds }) => {
    const file = 'profile.speedscope.json';
    return { command: `rbspy record --pid ${pid} --duration ${seconds} --format speedscope --file ${file}`, file };
  },
  frames: {
    owns: (module) => /\.(?:rb|erb|rake|ru)$|^\(c function\)$|\/gems\/|^<internal:/.test(module),
    rules: [...rubyRules, ...rubyNativeNames.map((rule) => ({ ...rule, module: /^\(c function\)$/ }))],
  },
};
