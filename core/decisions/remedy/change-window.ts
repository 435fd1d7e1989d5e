/** Whether changes are allowed now. Zone-aware times come in ready: this runs wherever remedies are decided on. */
export interface ChangeWindow {
  /** English short names; empty = every day. */
  days: readonly string[];
  /** HH:MM of the wall clock; null = from midnight, to midnight. */
  from: string | null;
  to: string | null;
  timezone: string;
  freezes: readonly { fromMs: number; toMs: number; reason: string | null }[];
}

export interface WallClock {
  day: string;
  /** HH:MM. */
  time: string;
}

/** Null when a change may be made. `clock` is the wall clock of the window's zone at `atMs`. */
export function whyNoChange(window: ChangeWindow, atMs: number, clock: WallClock): string | null {
  const freeze = window.freezes.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
  if (freeze !== undefined) {
    const why = freeze.reason === null ? '' : ` (${freeze.reason})`;
    return `changes are frozen until ${new Date(freeze.toMs).toISOString()}${why}`;
  }
  const { days, from, to, timezone } = window;
  const isDay = days.length === 0 || days.includes(clock.day);
  if (isDay && isWithin(clock.time, from ?? '00:00', to ?? '24:00')) return null;
  const when = `${days.length === 0 ? 'every day' : days.join(', ')} ${from ?? '00:00'} to ${to ?? '24:00'} ${timezone}`;
  return `changes are allowed ${when}, and it is ${clock.day} ${clock.time} there`;
}

/** A window that ends before it begins goes over midnight. */
function isWithin(time: string, from: string, to: string): boolean {
  return from <= to ? from <= time && time < to : time >= from || time < to;
}
