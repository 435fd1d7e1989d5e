import { goRules } from '../profile/categories/go.js';
import type { RuntimeTraits } from './runtime.js';

export const go: RuntimeTraits = {
  id: 'go',
  // The Go linker puts its build id near the start of every binary: as an ELF note, or in front of the code.
  isProgram: (start) => start.includes('Go build ID: "') || start.includes('\xff Go build ID') || start.includes('\x04\0\0\0Go\0\0'),
  concurrency: 'threads',
  profileByHand: ({ seconds }) => {
    const file = 'profile.pb.gz';
    return { command: `curl -fsS -o ${file} 'http://127.0.0.1:6060/debug/pprof/profile?seconds=${seconds}'`, file };
  },
  frames: { owns: (module) => /\.go$/.test(module), rules: goRules },
};
