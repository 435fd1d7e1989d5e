import { Temporal } from 'temporal-polyfill';
import { instantOf, localAt, localDateTime, type LocalDateTime } from './local-time.js';
import type { RotationLayer, WeeklyWindow } from './schedule.js';

/** One turn of a rotation. Because of clocks that go back, it may overlap the next one by the repeated hour. */
export interface Turn {
  index: number;
  person: string;
  startMs: number;
  endMs: number;
}

/** Wall-clock moment of the hand-over that begins period 0. With a weekday it is the last such day up to `start`, so that `start` lies in period 0. */
function anchorOf(layer: RotationLayer): LocalDateTime {
  const start = Temporal.PlainDate.from(layer.start);
  const back = layer.handOverWeekday === null ? 0 : (start.dayOfWeek - layer.handOverWeekday + 7) % 7;
  return localDateTime(start.subtract({ days: back }), layer.handOverTime);
}

/**
 * Wall-clock moment at which period `index` begins: always counted from the anchor, never from the period before. Iterating would turn a monthly
 * hand-over of the 31st into one of the 28th for good.
 */
function boundary(layer: RotationLayer, index: number): LocalDateTime {
  const { unit, count } = layer.period;
  return anchorOf(layer).add(unit === 'days' ? { days: index * count } : { months: index * count });
}

function estimateIndex(layer: RotationLayer, local: LocalDateTime): number {
  const since = anchorOf(layer).until(local, { largestUnit: layer.period.unit });
  return Math.floor((layer.period.unit === 'days' ? since.days : since.months) / layer.period.count);
}

function turnAt(layer: RotationLayer, timezone: string, index: number): Turn {
  const people = layer.people.length;
  const person = layer.people[((index % people) + people) % people] ?? '';
  return {
    index,
    person,
    startMs: instantOf(boundary(layer, index), timezone, 'first'),
    endMs: instantOf(boundary(layer, index + 1), timezone, 'last'),
  };
}

/** The instant from which the rotation has anybody at all. */
export function rotationBeginsAt(layer: RotationLayer, timezone: string): number {
  return instantOf(localDateTime(Temporal.PlainDate.from(layer.start), layer.handOverTime), timezone, 'first');
}

/** The turns that hold at an instant: one, or two within an hour that comes twice. None before the rotation begins. */
export function turnsAt(layer: RotationLayer, timezone: string, atMs: number): Turn[] {
  if (atMs < rotationBeginsAt(layer, timezone)) return [];
  const guess = estimateIndex(layer, localAt(atMs, timezone));
  // The estimate counts whole local periods; a jump of the clock or a short month moves it by one at most.
  return [guess - 1, guess, guess + 1]
    .filter((index) => index >= 0)
    .map((index) => turnAt(layer, timezone, index))
    .filter((turn) => turn.startMs <= atMs && atMs < turn.endMs);
}

/** The windows of a week that hold at an instant, as instants. */
export function windowsAt(windows: readonly WeeklyWindow[], timezone: string, atMs: number): { startMs: number; endMs: number }[] {
  const today = localAt(atMs, timezone).toPlainDate();
  return windowSpans(windows, timezone, today.subtract({ days: 1 }), today).filter((span) => span.startMs <= atMs && atMs < span.endMs);
}

/** Every span of the windows that begins on one of these days, both included. */
export function windowSpans(
  windows: readonly WeeklyWindow[],
  timezone: string,
  firstDay: Temporal.PlainDate,
  lastDay: Temporal.PlainDate,
): { startMs: number; endMs: number }[] {
  const spans: { startMs: number; endMs: number }[] = [];
  for (let day = firstDay; Temporal.PlainDate.compare(day, lastDay) <= 0; day = day.add({ days: 1 })) {
    for (const window of windows) {
      if (!window.weekdays.includes(day.dayOfWeek)) continue;
      const overMidnight = window.to <= window.from;
      const endDay = overMidnight ? day.add({ days: 1 }) : day;
      spans.push({
        startMs: instantOf(localDateTime(day, window.from), timezone, 'first'),
        endMs: instantOf(localDateTime(endDay, window.to), timezone, 'last'),
      });
    }
  }
  return spans;
}

/** Instants within [fromMs, toMs) at which somebody's turn begins or ends, or a window opens or closes. */
export function rotationChanges(layer: RotationLayer, timezone: string, fromMs: number, toMs: number): number[] {
  const changes: number[] = [rotationBeginsAt(layer, timezone)];
  let index = Math.max(0, estimateIndex(layer, localAt(fromMs, timezone)) - 1);
  for (let turn = turnAt(layer, timezone, index); turn.startMs < toMs; turn = turnAt(layer, timezone, (index += 1)))
    changes.push(turn.startMs, turn.endMs);
  if (layer.windows !== undefined) {
    const first = localAt(fromMs, timezone).toPlainDate().subtract({ days: 1 });
    const last = localAt(toMs, timezone).toPlainDate();
    for (const span of windowSpans(layer.windows, timezone, first, last)) changes.push(span.startMs, span.endMs);
  }
  return changes.filter((at) => at >= fromMs && at < toMs);
}
