import { dotnetAssembly, dotnetRules } from '../profile/categories/dotnet.js';
import type { RuntimeTraits } from './runtime.js';

/** Known by its frames alone: a process of .NET is looked at like that of any other program. */
export const dotnet: RuntimeTraits = {
  id: 'dotnet',
  concurrency: 'threads',
  frames: { owns: (module) => dotnetAssembly.test(module), rules: dotnetRules },
};
