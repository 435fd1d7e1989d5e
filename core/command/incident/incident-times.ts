import type { RecordEvent } from './record-event.js';
import { timelineOf } from './record-event.js';

/** One measured span. `invalid`: it would end before it begins, which a corrected time can show. */
export interface TimeMetric {
  seconds: number | null;
  status: 'recorded' | 'pending' | 'not-applicable' | 'invalid';
  from: string | null;
  to: string | null;
}

/** ttd: impact → detected; tta: detected → first human answer; tte: detected → first responder at work; ttm, ttr: impact → mitigated, resolved. */
export interface IncidentTimes {
  ttd: TimeMetric;
  tta: TimeMetric;
  tte: TimeMetric;
  ttm: TimeMetric;
  ttr: TimeMetric;
}

function between(from: string | null, to: string | null, isOver: boolean): TimeMetric {
  if (from === null || to === null) return { seconds: null, status: isOver ? 'not-applicable' : 'pending', from, to };
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds < 0 ? { seconds: null, status: 'invalid', from, to } : { seconds, status: 'recorded', from, to };
}

function toStatus(events: readonly RecordEvent[], statuses: readonly string[]): RecordEvent[] {
  return events.filter(({ kind, data }) => kind === 'state' && typeof data['to'] === 'string' && statuses.includes(data['to']));
}

/** To declare and to answer are no work yet, and a note tells of another time than its own. */
const noWork: readonly RecordEvent['kind'][] = ['declared', 'acknowledged', 'note', 'correction'];

/** What the responder does by itself is nobody's work. */
function isWork({ kind, by, data }: RecordEvent): boolean {
  return (by !== null && !noWork.includes(kind)) || (kind === 'role' && data['state'] === 'active');
}

/**
 * The times of an incident, computed from the corrected timeline. The begin of the impact is a measurement (`onset`), never the time of the alert:
 * without it, what begins there is not known, rather than 0. After a reopening the last resolution counts, but the first answer.
 */
export function incidentTimes(record: readonly RecordEvent[], onset: string | null, isOver: boolean): IncidentTimes {
  const events = timelineOf(record);
  const first = (kind: RecordEvent['kind']): string | null => events.find((event) => event.kind === kind)?.at ?? null;
  const detected = first('alert') ?? first('declared');
  const answered = first('acknowledged');
  const atWork = events.find(isWork)?.at ?? null;
  const mitigated = toStatus(events, ['monitoring', 'resolved'])[0]?.at ?? null;
  const resolved = toStatus(events, ['resolved']).at(-1)?.at ?? null;
  return {
    ttd: between(onset, detected, isOver),
    tta: between(detected, answered, isOver),
    tte: between(detected, atWork, isOver),
    ttm: between(onset, mitigated, isOver),
    ttr: between(onset, resolved, isOver),
  };
}
