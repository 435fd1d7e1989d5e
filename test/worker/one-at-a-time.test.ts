/** Turns on one machine: in order, told while waiting, and given up without holding anybody up. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createOneOnThisMachine } from '../../worker/load/one-at-a-time.js';

interface Held {
  ended: Promise<unknown>;
  release: () => void;
  waited: number[];
  giveUp: () => void;
}

/** Asks for a turn and keeps it until it is released. */
function ask(inTurn: ReturnType<typeof createOneOnThisMachine>, name: string, began: string[]): Held {
  const stop = new AbortController();
  const waited: number[] = [];
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const turn = { signal: stop.signal, onWaiting: (inFront: number) => void waited.push(inFront) };
  const ended = inTurn(turn, async () => {
    began.push(name);
    await released;
    return name;
  }).catch((error: unknown) => error);
  return { ended, release, waited, giveUp: () => stop.abort(new Error(`${name} gave up`)) };
}

describe('work on one machine', () => {
  it('runs in the order in which it was asked for, and who waits hears how many come first', async () => {
    const began: string[] = [];
    const inTurn = createOneOnThisMachine(randomUUID());
    const [first, second, third] = ['first', 'second', 'third'].map((name) => ask(inTurn, name, began)) as [Held, Held, Held];
    first.release();
    expect(await first.ended).toBe('first');
    second.release();
    third.release();
    expect([await second.ended, await third.ended]).toEqual(['second', 'third']);
    expect(began).toEqual(['first', 'second', 'third']);
    expect(second.waited).toContain(1);
    expect(third.waited.slice(0, 2)).toEqual([2, 1]);
  });

  it('is not held up by one that gave up waiting', async () => {
    const began: string[] = [];
    const inTurn = createOneOnThisMachine(randomUUID());
    const [first, second, third] = ['first', 'second', 'third'].map((name) => ask(inTurn, name, began)) as [Held, Held, Held];
    second.giveUp();
    expect(await second.ended).toEqual(new Error('second gave up'));
    expect(third.waited).toEqual([2, 1]);
    first.release();
    third.release();
    expect([await first.ended, await third.ended]).toEqual(['first', 'third']);
    expect(began).toEqual(['first', 'third']);
  });
});
