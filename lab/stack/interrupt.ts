import { stopLiveGroups } from './child-program.js';

/**
 * On Ctrl-C, SIGTERM or a closed terminal: gives everything back, then ends with the exit code that says so. A second signal is ignored
 * while that goes on. Returns a function that takes the handlers away.
 */
export function onInterrupt(release: () => Promise<unknown>): () => void {
  let isLeaving = false;
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const handle = () => {
      if (isLeaving) return;
      isLeaving = true;
      process.stderr.write(`\n${signal}: stopping everything\n`);
      void release()
        .then(stopLiveGroups)
        .finally(() => process.exit(130));
    };
    process.on(signal, handle);
    return { signal, handle };
  });
  return () => {
    for (const { signal, handle } of handlers) process.off(signal, handle);
  };
}
