import { moment, number, object, wholeText, type Reader } from '../read-message.js';

const dayMs = 24 * 3_600_000;

/** The start message of a load; see `LoadStarted` in the contract of the activities. */
export const readLoadStarted: Reader<{
  key: string;
  attempt: number;
  startedAt: string;
  measuredInMs: number;
  durationMs: number;
  host: string;
}> = object({
  key: wholeText(100),
  attempt: number(1, 1_000_000),
  startedAt: moment,
  measuredInMs: number(0, 2 * dayMs),
  durationMs: number(0, 2 * dayMs),
  host: wholeText(255),
});
