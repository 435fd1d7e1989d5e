/** The one check that every catalog can answer: does the service say that it is well? */
import type { CheckAnswer } from './step-context.js';

/** No answer in three seconds is down, as for everybody who waits for it. */
const answerWithinMs = 3_000;
const failingWords = ['fail', 'error', 'down', 'unhealthy'];

function statusIn(body: string): string | null {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && 'status' in parsed && typeof parsed.status === 'string'
      ? parsed.status.toLowerCase()
      : null;
  } catch {
    return null;
  }
}

async function look(url: string, signal: AbortSignal): Promise<CheckAnswer> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]) });
    const status = statusIn((await response.text()).slice(0, 100_000));
    if (response.status < 200 || response.status > 399) return { isGood: false, detail: `${url}: ${response.status}` };
    if (status !== null && failingWords.includes(status))
      return { isGood: false, detail: `${url}: ${response.status}, but its body says ${status}` };
    return { isGood: true, detail: `${url}: ${response.status}${status === null ? '' : ` ${status}`}` };
  } catch (error) {
    const isSlow = error instanceof Error && error.name === 'TimeoutError';
    return { isGood: false, detail: `${url}: ${isSlow ? `no answer in ${answerWithinMs / 1000} s` : 'no answer'}` };
  }
}

export async function serviceHealth(addresses: readonly string[], signal: AbortSignal): Promise<CheckAnswer> {
  const answers = await Promise.all(addresses.map((url) => look(url, signal)));
  const bad = answers.filter(({ isGood }) => !isGood);
  const shown = bad.length > 0 ? bad : answers;
  return { isGood: bad.length === 0, detail: shown.map(({ detail }) => detail).join('; ') };
}
