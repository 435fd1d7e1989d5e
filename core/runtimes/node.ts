import { nodeNativeNames, nodeRules } from '../profile/categories/node.js';
import type { RuntimeTraits } from './runtime.js';

export const node: RuntimeTraits = {
  id: 'node',
  executable: /^node(js)?(-?\d[\d.]*)?$/,
  library: /\/libnode[\w.]*\.so/,
  concurrency: 'event-loop',
  // Written when the process ends, so it holds the load if it ends after it.
  profileByHand: () => {
    const file = 'profile.cpuprofile';
    return { command: `node --cpu-prof --cpu-prof-name=${file} SCRIPT`, file };
  },
  threadPool: {
    location: 'worker threads of the runtime',
    remedy:
      'Enlarge the thread pool (UV_THREADPOOL_SIZE) up to the cores, or take the heavy asynchronous work (crypto, compression, file system) out of it.',
  },
  // V8 records a profile with a thread of its own.
  profilerThread: /^v8:Prof/,
  frames: {
    owns: (module) =>
      /\.(?:[cm]?[jt]sx?|vue|svelte)(?:\?.*)?$/i.test(module) || /^(?:node:|internal\/|\[v8\]|native |wasm:|https?:|webpack)/.test(module),
    rules: [...nodeNativeNames.map((rule) => ({ ...rule, module: /^\[v8\]$/ })), ...nodeRules],
  },
};
