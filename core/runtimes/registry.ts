import { dotnet } from './dotnet.js';
import { go } from './go.js';
import { java } from './java.js';
import { node } from './node.js';
import { php } from './php.js';
import { python } from './python.js';
import { ruby } from './ruby.js';
import type { RuntimeTraits } from './runtime.js';

/** Runtimes that are known. The first whose pattern fits names a process or a frame. */
export const runtimes: readonly RuntimeTraits[] = [node, python, ruby, java, go, php, dotnet];

/** Every other program, and one that could not be looked at: threads on all cores, nothing known of its frames. */
const native: RuntimeTraits = {
  id: 'native',
  concurrency: 'threads',
  profileByHand: ({ pid, seconds }) => {
    const file = 'profile.perf.txt';
    return { command: `perf record -e cpu-clock -F 99 -g -p ${pid} -- sleep ${seconds} && perf script > ${file}`, file };
  },
};

export function runtimeTraits(id: string): RuntimeTraits {
  return runtimes.find((runtime) => runtime.id === id) ?? native;
}
