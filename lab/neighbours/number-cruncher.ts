import { setImmediate as nextTurn } from 'node:timers/promises';

/** A batch job beside the service: burns CPU until it is told to stop, or for five minutes. */
async function crunch(): Promise<void> {
  const endsAt = Date.now() + 300_000;
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      stop.abort();
    });
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  let sum = 0;
  while (!stop.signal.aborted && Date.now() < endsAt) {
    for (let step = 1; step < 2_000_000; step += 1) sum += Math.sqrt(step + sum);
    await nextTurn();
  }
  process.exit(Number.isNaN(sum) ? 1 : 0);
}

await crunch();
