import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startFence } from '../../activities/fence.js';

const quick = { everyMs: 20, limitMs: 200 };

describe('the fence of a load', () => {
  it('stands as long as heartbeats are acknowledged, also when one in between is lost', async () => {
    let count = 0;
    const fence = startFence(() => ((count += 1) % 2 === 0 ? Promise.reject(new Error('lost')) : Promise.resolve('heard')), quick);
    await delay(600);
    expect(fence.signal.aborted).toBe(false);
    fence.end();
    const sent = count;
    await delay(100);
    expect(count).toBe(sent);
  });

  it.each([
    ['are refused', () => Promise.reject(new Error('away'))],
    ['hang', () => new Promise<'heard'>(() => undefined)],
  ])('falls after the limit when heartbeats %s', async (_how, acknowledge) => {
    const startedAt = performance.now();
    const fence = startFence(acknowledge, quick);
    await new Promise((resolve) => fence.signal.addEventListener('abort', resolve, { once: true }));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(200);
    expect(fence.signal.reason).toMatchObject({
      retryable: true,
      message: expect.stringContaining('another worker may have been given it') as string,
    });
    fence.end();
  });

  it('counts from the sending of the heartbeat, so that an answer that came late buys no time', async () => {
    let isFirst = true;
    const acknowledge = async (): Promise<'heard'> => {
      if (!isFirst) return new Promise(() => undefined);
      isFirst = false;
      await delay(150);
      return 'heard';
    };
    const startedAt = performance.now();
    const fence = startFence(acknowledge, quick);
    await new Promise((resolve) => fence.signal.addEventListener('abort', resolve, { once: true }));
    // From the answer it would be 350.
    expect(performance.now() - startedAt).toBeLessThan(340);
    fence.end();
  });

  it('falls at once when the server has given the try up', async () => {
    const fence = startFence(() => Promise.resolve('gone'), { everyMs: 1_000, limitMs: 60_000 });
    await delay(20);
    expect(fence.signal.aborted).toBe(true);
    fence.end();
  });
});
