import type { CheckWorld } from './check.js';

/** What checks of one run share: connections and the like, opened once, released together. */
export function createSharing(signal: AbortSignal): { share: CheckWorld['share']; release: () => Promise<void> } {
  const opened = new Map<string, Promise<unknown>>();
  const releasers: (() => Promise<void> | void)[] = [];
  return {
    share: <T>(key: string, open: (signal: AbortSignal) => Promise<T>, release?: (value: T) => Promise<void> | void): Promise<T> => {
      const known = opened.get(key);
      // A key is used by one kind of thing only.
      if (known !== undefined) return known as Promise<T>;
      const value = open(signal).then((ready) => {
        if (release !== undefined) releasers.push(() => release(ready));
        return ready;
      });
      value.catch(() => undefined);
      opened.set(key, value);
      return value;
    },
    release: async () => {
      await Promise.all(releasers.splice(0).map(async (release) => await release()));
    },
  };
}
