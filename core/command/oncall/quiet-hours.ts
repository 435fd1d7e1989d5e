import { Temporal } from 'temporal-polyfill';
import { instantOf, localAt, localDateTime } from './local-time.js';

/** Wall-clock times of the person's zone, `HH:MM`; `to` may be on the next day. The same one twice is no quiet hour at all. */
export interface QuietHours {
  from: string;
  to: string;
  timezone: string;
}

/** The end of the quiet hours that hold at `atMs`; null: none do. On the nights of a clock change they end by the wall clock, too. */
export function quietUntil({ from, to, timezone }: QuietHours, atMs: number): number | null {
  const [begin, end] = [from, to].map((time) => Temporal.PlainTime.from(time)) as [Temporal.PlainTime, Temporal.PlainTime];
  const order = Temporal.PlainTime.compare(begin, end);
  if (order === 0) return null;
  const today = localAt(atMs, timezone).toPlainDate();
  // Those that began yesterday may hold still.
  for (const day of [today.subtract({ days: 1 }), today]) {
    const beginsMs = instantOf(localDateTime(day, from), timezone, 'first');
    const endsMs = instantOf(localDateTime(order > 0 ? day.add({ days: 1 }) : day, to), timezone, 'last');
    if (beginsMs <= atMs && atMs < endsMs) return endsMs;
  }
  return null;
}
