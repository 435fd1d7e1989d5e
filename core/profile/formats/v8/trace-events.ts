// Spans of Chrome's trace event format (`ph` B and E, X): what tracing libraries write that know no CPU samples (viztracer, Perfetto's JSON, bun,
// OpenTracing exporters, rustc and clang -ftime-trace). Self time of a span is what the spans inside it leave.
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import { parseFrameName } from '../../categories/frame-name.js';
import { detached, rootNode, type ProfileBuilder } from '../../profile-builder.js';

export interface SpanEvent {
  phase: string;
  name: string;
  thread: string;
  atUs: number;
  /** Of X; null when it has none. */
  durationUs: number | null;
  /** Where the function is written, in traces that Hermes' samples were converted to. */
  url: string;
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

interface Mark {
  isBegin: boolean;
  name: number;
  atUs: number;
  takenAs: number;
}

interface Thread {
  spans: Span[];
  /** B and E events, which need not come in order. */
  marks: Mark[];
  lastUs: number;
}

/** What does not fit into stacks: ends without a beginning, spans that cross another one; and spans that were still open. */
interface Misfits {
  ends: number;
  crossing: number;
  open: number;
}

/** A hundred bytes each: a trace of more is a recording of the whole machine, not of a program. */
const maxEvents = 10_000_000;
/** More than this share of spans without a place, and they are no calls that contain each other: the stacks would be made up. */
const maxMisfits = 0.05;
/** A short trace may begin and end in the middle of something. */
const alwaysAllowed = 2;

export function createTraceSpans(): TraceSpans {
  const threads = new Map<string, Thread>();
  const names = createNames();
  let taken = 0;
  let isDropped = false;
  return {
    take({ phase, name, thread, atUs, durationUs, url }) {
      if (isDropped || !Number.isFinite(atUs) || (phase === 'X' && durationUs === null)) return;
      if (++taken > maxEvents)
        throw new UnreadableInputError(`chrome trace: expected at most ${maxEvents} spans, got more. Trace a shorter window.`);
      const own = threads.get(thread) ?? { spans: [], marks: [], lastUs: -Infinity };
      threads.set(thread, own);
      const endUs = atUs + (phase === 'X' ? Math.max(0, durationUs ?? 0) : 0);
      own.lastUs = Math.max(own.lastUs, endUs);
      if (phase === 'X') own.spans.push({ name: names.idOf(name, url), startUs: atUs, endUs, begunAs: taken });
      else own.marks.push({ isBegin: phase === 'B', name: name === '' ? nameless : names.idOf(name, url), atUs, takenAs: taken });
    },
    drop() {
      isDropped = true;
      threads.clear();
    },
    isDropped: () => isDropped,
    addTo(builder) {
      const misfits: Misfits = { ends: 0, crossing: 0, open: 0 };
      let [spans, first, last] = [0, Infinity, -Infinity];
      const frames = names.all().map((frame) => builder.frame(frame));
      const unnamed = builder.frame({ name: '(anonymous)', module: '', line: null });
      for (const thread of threads.values()) {
        const all = [...thread.spans, ...pairMarks(thread, misfits)].sort(
          (a, b) => a.startUs - b.startUs || b.endUs - a.endUs || a.begunAs - b.begunAs,
        );
        for (const span of all) [first, last] = [Math.min(first, span.startUs), Math.max(last, span.endUs)];
        misfits.crossing += addSpans(all, (name) => frames[name] ?? unnamed, builder);
        spans += all.length;
      }
      judge(misfits, spans, builder);
      return { spans, threads: threads.size, durationUs: last > first ? last - first : 0 };
    },
  };
}

/** An event without a name: an end needs none. */
const nameless = -1;

/** `hot (/srv/app.py:12)` of viztracer is taken apart; other names stay as they are. */
function createNames(): { idOf(name: string, url: string): number; all(): Frame[] } {
  const frames: Frame[] = [];
  const ids = new Map<string, number>();
  return {
    idOf(name, url) {
      const key = url === '' ? name : `${name}\u0000${url}`;
      const known = ids.get(key);
      if (known !== undefined) return known;
      frames.push(url === '' ? parseFrameName(detached(name)) : { name: detached(name), module: detached(url), line: null });
      ids.set(detached(key), frames.length - 1);
      return frames.length - 1;
    },
    all: () => frames,
  };
}

function judge({ ends, crossing, open }: Misfits, spans: number, builder: ProfileBuilder): void {
  const misfits = ends + crossing;
  const all = spans + ends;
  if (misfits > alwaysAllowed && misfits > maxMisfits * all) {
    throw new UnreadableInputError(
      `chrome trace: expected spans that lie inside each other on every thread, but of ${all} spans ${crossing} cross another one and ${ends} have no beginning: they are tasks side by side, not calls. Record CPU samples instead (in Chrome and Node the category disabled-by-default-v8.cpu_profiler).`,
    );
  }
  if (misfits > 0) builder.note('left-out', `${misfits} of ${all} spans have no beginning or cross another one`);
  if (open > 0) builder.note('open-spans', `${open} of ${all} spans have no end: they last until the last event of their thread`);
}

/** An end belongs to the innermost open beginning of its name; without a name to the innermost. What stays open ended with the trace. */
function pairMarks({ marks, lastUs }: Thread, misfits: Misfits): Span[] {
  const spans: Span[] = [];
  const open: Mark[] = [];
  const close = (begin: Mark, endUs: number): void => {
    spans.push({ name: begin.name, startUs: begin.atUs, endUs, begunAs: begin.takenAs });
  };
  for (const mark of [...marks].sort((a, b) => a.atUs - b.atUs)) {
    if (mark.isBegin) {
      open.push(mark);
      continue;
    }
    const at = mark.name === nameless ? open.length - 1 : open.findLastIndex(({ name }) => name === mark.name || name === nameless);
    const [begin] = at === -1 ? [] : open.splice(at, 1);
    if (begin === undefined) misfits.ends++;
    else close(begin, mark.atUs);
  }
  misfits.open += open.length;
  for (const begin of open) close(begin, lastUs);
  return spans;
}

/** Spans in the order of their start, the longer first. One that ends after the span it began in is cut there, and counted. */
function addSpans(spans: readonly Span[], frameOf: (name: number) => number, builder: ProfileBuilder): number {
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
    open.push({ node: builder.child(over?.node ?? rootNode, frameOf(span.name)), endUs, ownUs: endUs - span.startUs });
  }
  closeUntil(Infinity);
  return crossing;
}
