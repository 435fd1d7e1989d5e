// Spans of Chrome's trace event format (`ph` B and E, X): what tracing libraries write that know no CPU samples (viztracer, Perfetto's JSON, bun,
// OpenTracing exporters, rustc and clang -ftime-trace). Self time of a span is what the spans inside it leave.
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
import { UnreadableInputError } from '../../../model/errors.js';
import { parseFrameName } from '../../categories/frame-name.js';
import { detached, rootNode, type ProfileBuilder } from '../../profile-builder.js';

export interface SpanEvent {
  phase: string;
  name: string;
  thread: string;
  atUs: number;
  /** Of X; null when it has none. */
  durationUs: number | null;
}

export interface TraceSpans {
  take(event: SpanEvent): void;
  /** Forgets everything: the trace holds real samples. */
  drop(): void;
  isDropped(): boolean;
  /** Adds all spans; returns their number, and how long the trace lasts. */
  addTo(builder: ProfileBuilder): { spans: number; threads: number; durationUs: number };
}

interface Span {
  name: number;
  startUs: number;
  endUs: number;
  /** Which event began it: of two spans over the same time, the first one is outside. */
  begunAs: number;
}

interface Thread {
  spans: Span[];
  /** B and E events, which need not come in order. */
  marks: { isBegin: boolean; name: number; atUs: number; takenAs: number }[];
}

/** A hundred bytes each: a trace of more is a recording of the whole machine, not of a program. */
const maxEvents = 10_000_000;

export function createTraceSpans(): TraceSpans {
  const threads = new Map<string, Thread>();
  const names: string[] = [];
  const ids = new Map<string, number>();
  let taken = 0;
  let isDropped = false;
  const idOf = (name: string): number => {
    const known = ids.get(name);
    if (known !== undefined) return known;
    names.push(detached(name));
    ids.set(detached(name), names.length - 1);
    return names.length - 1;
  };
  return {
    take({ phase, name, thread, atUs, durationUs }) {
      if (isDropped || !Number.isFinite(atUs) || (phase === 'X' && durationUs === null)) return;
      if (++taken > maxEvents)
        throw new UnreadableInputError(`chrome trace: expected at most ${maxEvents} spans, got more. Trace a shorter window.`);
      const own = threads.get(thread) ?? { spans: [], marks: [] };
      threads.set(thread, own);
      if (phase === 'X') own.spans.push({ name: idOf(name), startUs: atUs, endUs: atUs + Math.max(0, durationUs ?? 0), begunAs: taken });
      else own.marks.push({ isBegin: phase === 'B', name: idOf(name), atUs, takenAs: taken });
    },
    drop() {
      isDropped = true;
      threads.clear();
    },
    isDropped: () => isDropped,
    addTo(builder) {
      let [spans, unpaired, first, last] = [0, 0, Infinity, -Infinity];
      const frames = names.map((name) => builder.frame(spanFrame(name)));
      for (const thread of threads.values()) {
        const paired = pairMarks(thread);
        unpaired += paired.unpaired;
        const all = [...thread.spans, ...paired.spans].sort((a, b) => a.startUs - b.startUs || b.endUs - a.endUs || a.begunAs - b.begunAs);
        for (const span of all) [first, last] = [Math.min(first, span.startUs), Math.max(last, span.endUs)];
        unpaired += addSpans(all, frames, builder);
        spans += all.length;
      }
      if (unpaired > 0)
        builder.note('left-out', `${unpaired} of ${spans + unpaired} spans have no beginning, no end, or cross another one`);
      return { spans, threads: threads.size, durationUs: last > first ? last - first : 0 };
    },
  };
}

/** `hot (/srv/app.py:12)` of viztracer; other names stay as they are. */
function spanFrame(name: string): ReturnType<typeof parseFrameName> {
  return parseFrameName(name === '' ? '(anonymous)' : name);
}

/** An end belongs to the innermost open beginning. */
function pairMarks({ marks }: Thread): { spans: Span[]; unpaired: number } {
  const spans: Span[] = [];
  const open: Thread['marks'] = [];
  let unpaired = 0;
  for (const mark of [...marks].sort((a, b) => a.atUs - b.atUs)) {
    if (mark.isBegin) open.push(mark);
    else {
      const begin = open.pop();
      if (begin === undefined) unpaired++;
      else spans.push({ name: begin.name, startUs: begin.atUs, endUs: mark.atUs, begunAs: begin.takenAs });
    }
  }
  return { spans, unpaired: unpaired + open.length };
}

/** Spans in the order of their start, the longer first. One that ends after the span it began in is cut there, and counted. */
function addSpans(spans: readonly Span[], frames: readonly number[], builder: ProfileBuilder): number {
  const open: { node: number; endUs: number; ownUs: number }[] = [];
  let crossing = 0;
  const closeUntil = (atUs: number): void => {
    for (let top = open.at(-1); top !== undefined && top.endUs <= atUs; top = open.at(-1)) {
      builder.add(top.node, Math.max(0, top.ownUs), 0);
      open.pop();
    }
  };
  for (const span of spans) {
    closeUntil(span.startUs);
    const over = open.at(-1);
    const endUs = over === undefined ? span.endUs : Math.min(span.endUs, over.endUs);
    // Clocks of tracers round to a microsecond.
    if (span.endUs - endUs > 1) crossing++;
    if (over !== undefined) over.ownUs -= endUs - span.startUs;
    open.push({ node: builder.child(over?.node ?? rootNode, frames[span.name] ?? 0), endUs, ownUs: endUs - span.startUs });
  }
  closeUntil(Infinity);
  return crossing;
}
