import type { TextStore } from './command-client.js';

/** Of each a few hundred bytes: a page of thousands of events that is looked at every two seconds reads each of them once. */
const mostTexts = 10_000;

/** A store whose texts are kept in memory once they were read: they are named by their content and never change. */
export function rememberTexts(store: TextStore): TextStore {
  const known = new Map<string, Promise<Buffer>>();
  return {
    put: (name, kind, content) => store.put(name, kind, content),
    read: (ref) => {
      const before = known.get(ref.path);
      if (before !== undefined) return before;
      const [oldest] = known.keys();
      if (known.size >= mostTexts && oldest !== undefined) known.delete(oldest);
      const read = store.read(ref);
      known.set(ref.path, read);
      // What is not there yet may come.
      read.catch(() => known.delete(ref.path));
      return read;
    },
  };
}
