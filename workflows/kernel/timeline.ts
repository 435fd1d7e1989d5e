import type { EventSource, NewEvent, Recorded } from '../../core/model/timeline.js';

/** The record of one story. It is append-only; a continued history takes `events` along. */
export interface Timeline<Fact extends { kind: string }> {
  readonly events: Recorded<Fact>[];
  record: (event: NewEvent<Fact>) => string;
}

/** A sender that repeats itself must not fill the history: the first messages that could not be understood tell the story. */
const ignoredKept = 50;

/** `onRecorded` shows the change: board, search attributes, parents. Times are the workflow's own, so that a replay gives the same record. */
export function createTimeline<Fact extends { kind: string }>(
  events: Recorded<Fact>[],
  onRecorded: (event: Recorded<Fact>) => void,
): Timeline<Fact> {
  return {
    events,
    record: (event) => {
      const recordedAt = new Date(Date.now()).toISOString();
      const last = events.at(-1)?.id ?? '';
      if (event.kind === 'ignored' && events.filter(({ kind }) => kind === 'ignored').length >= ignoredKept) return last;
      const source: EventSource = 'responder';
      const id = `t${events.length + 1}`;
      const stamped: Recorded<Fact> = { at: recordedAt, source, by: null, evidence: [], ...event, id, recordedAt };
      events.push(stamped);
      onRecorded(stamped);
      return id;
    },
  };
}
