import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `find` gives something. A minute is no bound of what is tested: it is for a machine that does other things, too, and ends a wait that is in vain. */
export async function until<T>(
  find: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await find();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for ${find.toString().slice(0, 200)}`);
    await delay(50);
  }
}
