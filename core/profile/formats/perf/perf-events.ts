import type { ProfileKind } from '../../../model/profile.js';

/**
 * Name under which the samples of an event are gathered. Processors with two kinds of cores have two counters for one event
 * (`cpu_core/cycles/P`, `cpu_atom/cycles/P`): apart they are two halves of one profile.
 */
export function eventKey(event: string): string {
  return event.replace(/^(?:cpu_(?:core|atom|lowpower)|armv\w+)\/(?=[\w-]+\/)/, '');
}

/** `cpu-clock:u`, `cpu-clock/freq=199/`, `cpu/cycles/pp`, `armv8_pmuv3_0/event=0x11,name=cycles/` → the event without its modifiers. */
export function baseEvent(event: string): string {
  const given = /[/,]name=([\w-]+)/.exec(event)?.[1];
  if (given !== undefined) return given;
  const named = /^(?:cpu\w*|armv\w+)\/([\w-]+)/.exec(event)?.[1];
  return named ?? event.replace(/[/:].*/s, '');
}

export function kindOfEvent(event: string): ProfileKind {
  if (/^sched:sched_(?:switch|stat)|^context-switches|^cs$/.test(event)) return 'off-cpu';
  if (/^lock:|futex/.test(event)) return 'lock';
  return /^(?:cpu-clock|task-clock|cycles|cpu-cycles|cpu_cycles|ref-cycles|instructions|cpu_core|cpu_atom|bus-cycles)$/.test(
    baseEvent(event),
  )
    ? 'cpu'
    : 'unknown';
}

export function unitOfEvent(event: string): string {
  const base = baseEvent(event);
  return base === 'cpu-clock' || base === 'task-clock' ? 'nanoseconds' : /cycles/.test(base) ? 'cycles' : 'events';
}
