import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `find` gives something; fails with what it last gave. */
export async function until<T>(
  find: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await find();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for ${find.toString().slice(0, 200)}`);
    await delay(50);
  }
}
