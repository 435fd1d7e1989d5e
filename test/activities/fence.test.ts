import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFence } from '../../activities/fence.js';

const quick = { everyMs: 20, limitMs: 200 };

// The fence measures time, and so does this test: on a clock of its own, which no busy machine holds up.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const after = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('the fence of a load', () => {
  it('stands as long as heartbeats are acknowledged, also when one in between is lost', async () => {
    let count = 0;
    const fence = startFence(() => ((count += 1) % 2 === 0 ? Promise.reject(new Error('lost')) : Promise.resolve('heard')), quick);
    await after(600);
    expect(fence.signal.aborted).toBe(false);
    fence.end();
    const sent = count;
    await after(100);
    expect(count).toBe(sent);
  });

  it.each([
    ['are refused', () => Promise.reject(new Error('away'))],
    ['hang', () => new Promise<'heard'>(() => undefined)],
  ])('falls after the limit when heartbeats %s', async (_how, acknowledge) => {
    const fence = startFence(acknowledge, quick);
    await after(200);
    expect(fence.signal.aborted).toBe(false);
    await after(20);
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
      return new Promise((resolve) => setTimeout(() => resolve('heard'), 150));
    };
    const fence = startFence(acknowledge, quick);
    // From the answer it would be 350.
    await after(220);
    expect(fence.signal.aborted).toBe(true);
    fence.end();
  });

  it('gives a load ten seconds, five less than the server waits for a heartbeat', async () => {
    const fence = startFence(() => Promise.reject(new Error('away')));
    await after(10_000);
    expect(fence.signal.aborted).toBe(false);
    await after(250);
    expect(fence.signal.aborted).toBe(true);
    fence.end();
  });

  it('falls at once when the server has given the try up', async () => {
    const fence = startFence(() => Promise.resolve('gone'), { everyMs: 1_000, limitMs: 60_000 });
    await after(0);
    expect(fence.signal.aborted).toBe(true);
    fence.end();
  });
});
