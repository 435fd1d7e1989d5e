import type { TextStore } from './command-client.js';

/** A text has a few hundred bytes. A page with thousands of events is read every two seconds, but each text only once. */
const mostTexts = 10_000;

/** Keeps texts in memory after they were read: they are named by their content and never change. */
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
      // A text that is not there yet may still come.
      read.catch(() => known.delete(ref.path));
      return read;
    },
  };
}
