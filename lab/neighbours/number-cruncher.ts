import { setImmediate as nextTurn } from 'node:timers/promises';

/** A batch job beside the service: burns CPU until it is told to stop, or for five minutes. */
async function crunch(): Promise<void> {
  const endsAt = Date.now() + 300_000;
  let isWanted = true;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => (isWanted = false));
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  let sum = 0;
  while (isWanted && Date.now() < endsAt) {
    for (let step = 1; step < 2_000_000; step += 1) sum += Math.sqrt(step + sum);
    await nextTurn();
  }
  process.exit(Number.isNaN(sum) ? 1 : 0);
}

await crunch();
