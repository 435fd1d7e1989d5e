import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Other people's requests: one caller that asks for `url` again `pauseMs` after each answer, until stopped. */
export function callRepeatedly(url: string, pauseMs: number): () => Promise<void> {
  const stop = new AbortController();
  const caller = (async () => {
    while (!stop.signal.aborted) {
      await callOnce(url, stop.signal);
      await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stop.abort();
    await caller;
  };
}

/** One request, whatever becomes of it. */
export async function callOnce(url: string, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const outgoing = request(url, signal === undefined ? {} : { signal }, (response) => {
      response.resume();
      response.once('close', resolve);
    });
    // A service that is being restarted refuses; the caller tries again.
    outgoing.once('error', () => {
      resolve();
    });
    outgoing.end();
  });
}
