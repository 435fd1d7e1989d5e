import { UnreadableInputError } from '../../../core/model/errors.js';

/** A time with its zone, because `10:05` alone means something else to somebody in another zone. Returns ISO 8601 in UTC. */
export function momentOption(flag: string): (text: string) => string {
  return (text) => {
    const hasZone = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})$/i.test(text);
    const parsed = hasZone ? Date.parse(text.replace(' ', 'T')) : NaN;
    if (!Number.isNaN(parsed)) return new Date(parsed).toISOString();
    throw new UnreadableInputError(`${flag}: expected a time with its zone, got "${text}"; write e.g. ${flag} 2026-03-02T10:05Z`);
  };
}

/** Clocks of people and of this machine are off by minutes at most. */
const aheadMs = 5 * 60_000;

/** When something happened: never later than now. */
export function pastMomentOption(flag: string): (text: string) => string {
  const read = momentOption(flag);
  return (text) => {
    const at = read(text);
    if (Date.parse(at) <= Date.now() + aheadMs) return at;
    throw new UnreadableInputError(`${flag}: expected a time that has passed, got "${text}", which is yet to come; correct day and zone`);
  };
}
