/** Resolves at the first SIGINT or SIGTERM, so that a long-running command can release what it holds. */
export function untilSignal(): { signal: AbortSignal; received: Promise<void> } {
  const controller = new AbortController();
  const received = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => {
        controller.abort(new Error(`stopped by ${name}`));
        resolve();
      });
    }
  });
  return { signal: controller.signal, received };
}
