import { rotationChanges, turnsAt, windowsAt } from './rotation.js';
import type { CalendarLayer, OnCallSchedule, RotationLayer, Shift } from './schedule.js';

/** How far ahead the end of a shift is looked for. A duty without a change in two years has no end worth telling. */
export const horizonMs = 2 * 366 * 86_400_000;

interface Present {
  people: readonly string[];
  reason: string;
}

function onLayer(layer: RotationLayer | CalendarLayer, timezone: string, atMs: number): readonly string[] {
  if (layer.kind === 'rotation') {
    if (layer.windows !== undefined && windowsAt(layer.windows, timezone, atMs).length === 0) return [];
    return turnsAt(layer, timezone, atMs).map((turn) => turn.person);
  }
  const active = layer.shifts.filter((shift) => shift.startMs <= atMs && atMs < shift.endMs && shift.people.length > 0);
  const highest = Math.max(...active.map((shift) => shift.priority));
  return active.filter((shift) => shift.priority === highest).flatMap((shift) => shift.people);
}

function describeLayer(layer: RotationLayer | CalendarLayer, index: number, count: number): string {
  const which = count === 1 ? '' : ` of layer ${index + 1}`;
  if (layer.kind === 'calendar') return `calendar${which}`;
  const { unit, count: periods } = layer.period;
  const every = unit === 'days' && periods === 1 ? 'daily' : unit === 'days' && periods === 7 ? 'weekly' : `every ${periods} ${unit}`;
  return `${every} rotation${which}, hand-over ${layer.handOverTime}`;
}

/** Who is on call at this very instant, and why. */
function presentAt(schedule: OnCallSchedule, atMs: number): Present {
  const override = schedule.overrides.findLast((one) => one.startMs <= atMs && atMs < one.endMs);
  if (override !== undefined) return { people: [override.person], reason: `override until ${new Date(override.endMs).toISOString()}` };
  for (const [index, layer] of schedule.layers.entries()) {
    const people = [...new Set(onLayer(layer, schedule.timezone, atMs))];
    if (people.length > 0) return { people, reason: describeLayer(layer, index, schedule.layers.length) };
  }
  return { people: [], reason: 'nobody is on call' };
}

/** Instants within [fromMs, toMs) at which the answer may change; every change is among them. */
function possibleChanges(schedule: OnCallSchedule, fromMs: number, toMs: number): number[] {
  const edges = schedule.overrides.flatMap((one) => [one.startMs, one.endMs]);
  for (const layer of schedule.layers) {
    if (layer.kind === 'rotation') edges.push(...rotationChanges(layer, schedule.timezone, fromMs, toMs));
    else edges.push(...layer.shifts.flatMap((shift) => [shift.startMs, shift.endMs]));
  }
  return [...new Set(edges)].filter((at) => at > fromMs && at < toMs).sort((left, right) => left - right);
}

function sameAnswer(left: Present, right: Present): boolean {
  return left.reason === right.reason && left.people.join('\n') === right.people.join('\n');
}

/** The shifts of [fromMs, toMs) without a hole: stretches in which nobody is on call are shifts without people. */
export function shiftsBetween(schedule: OnCallSchedule, fromMs: number, toMs: number): Shift[] {
  const shifts: Shift[] = [];
  let current = { startMs: fromMs, ...presentAt(schedule, fromMs) };
  for (const at of possibleChanges(schedule, fromMs, toMs)) {
    const next = presentAt(schedule, at);
    if (sameAnswer(current, next)) continue;
    shifts.push({ ...current, endMs: at });
    current = { startMs: at, ...next };
  }
  shifts.push({ ...current, endMs: toMs });
  return shifts;
}

export interface OnCallAnswer {
  people: readonly string[];
  reason: string;
  /** End of this shift; null when nothing changes within two years. */
  untilMs: number | null;
  /** The next shift with other people, which may be nobody. */
  next: { people: readonly string[]; atMs: number } | null;
}

/**
 * Who is on call at an instant, until when, and who follows. The horizon grows step by step: the next change is days away as a rule, and two years
 * of a daily rotation are hundreds of boundaries.
 */
export function whoIsOnCall(schedule: OnCallSchedule, atMs: number): OnCallAnswer {
  const now = presentAt(schedule, atMs);
  for (let aheadMs = 8 * 86_400_000; ; aheadMs *= 4) {
    const [first, second] = shiftsBetween(schedule, atMs, atMs + Math.min(aheadMs, horizonMs));
    if (first !== undefined && second !== undefined)
      return { ...now, untilMs: first.endMs, next: { people: second.people, atMs: second.startMs } };
    if (aheadMs >= horizonMs) return { ...now, untilMs: null, next: null };
  }
}

export interface Gap {
  startMs: number;
  endMs: number;
  why: string;
}

/** Stretches of [fromMs, toMs) in which nobody is on call, or only people whom `known` does not know. */
export function gapsBetween(
  schedule: OnCallSchedule,
  fromMs: number,
  toMs: number,
  known: (person: string) => boolean = () => true,
): Gap[] {
  return shiftsBetween(schedule, fromMs, toMs).flatMap(({ startMs, endMs, people }) => {
    if (people.length === 0) return [{ startMs, endMs, why: 'nobody is on call' }];
    if (people.some(known)) return [];
    return [{ startMs, endMs, why: `${people.join(', ')}: not among the people of the catalog` }];
  });
}
