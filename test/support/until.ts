import { setTimeout as delay } from 'node:timers/promises';
import { ProgramFailedError } from '../../core/model/errors.js';

/**
 * Waits until `find` gives something that counts as true. A minute is no bound of what is tested: it is for a machine that does other things, too, and ends a wait that is in vain.
 * A server that did not answer in time is asked again, as a person would.
 */
export async function until<T>(
  find: () => Promise<T | null | undefined | false | 0> | T | null | undefined | false | 0,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await answerOf(find);
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for ${find.toString().slice(0, 200)}`);
    await delay(50);
  }
}

async function answerOf<T>(find: () => Promise<T> | T): Promise<T | null> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof ProgramFailedError && error.retryable) return null;
    throw error;
  }
}
