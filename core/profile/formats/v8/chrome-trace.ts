// CPU profiles inside Chrome's trace event format: `Profile` + `ProfileChunk` events joined by id, or one `CpuProfile` event.
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import { createProfileBuilder, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import { maxHeadBytes, type Detection, type ProfileFormat, type ProfileHead, type ReadOptions } from '../format.js';
import { parseJson, readJsonParts } from '../input/json-parts.js';
import { createTraceSpans, type TraceSpans } from './trace-events.js';
import { createTraceProfiles, type TraceProfile, type TraceProfiles } from './trace-profiles.js';
import { numeric } from './v8-profile.js';
import { addV8Profile } from './v8-tree.js';

export const chromeTrace: ProfileFormat = {
  id: 'chrome-trace',
  expects: 'Chrome trace (JSON) with CPU profile events',
  tool: 'Chrome and Edge DevTools, Node `--trace-events-enabled`, viztracer, Perfetto JSON, clang `-ftime-trace` (tried with Node 20)',
  command: 'Performance panel, Save profile',
  exactness: 'CPU samples exact. A trace without them is read by its spans (B, E, X): time that passed, not CPU',
  detect,
  read,
};

const eventSchema = z.object({
  name: z.string().optional(),
  pid: z.union([z.string(), z.number()]).optional(),
  tid: z.union([z.string(), z.number()]).optional(),
  id: z.union([z.string(), z.number()]).optional(),
  ts: numeric.optional(),
  ph: z.string().optional(),
  dur: numeric.optional(),
  // Traces that people share have their arguments replaced by a string.
  args: z.unknown().optional(),
});
const argumentsSchema = z.object({ data: z.unknown() });
/** Where a span's function is written: Hermes' samples as spans, and those of py-spy. */
const placeSchema = z.union([
  z.object({ url: z.string(), category: z.string() }).transform(({ url }) => url),
  z.object({ filename: z.string(), line: numeric }).transform(({ filename }) => filename),
]);
/** What DevTools calls `FunctionCall` is a function that its arguments name. */
const calledSchema = z.object({ data: z.object({ functionName: z.string(), url: z.string().default('') }) });

function detect(head: ProfileHead): Detection {
  const start = head.text.trimStart();
  if (start.startsWith('[')) return /"ph"\s*:\s*"/.test(start) ? 'yes' : 'no';
  if (!start.startsWith('{')) return 'no';
  // DevTools writes its metadata first: megabytes of it, when the source maps are in there.
  if (/"traceEvents"\s*:\s*\[/.test(start) || /^\{\s*"metadata"\s*:\s*\{[^{}]*"source"\s*:\s*"DevTools"/.test(start)) return 'yes';
  return head.isComplete || head.bytes.length >= maxHeadBytes ? 'no' : 'maybe';
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const joined = createTraceProfiles();
  let events = 0;
  const spans = createTraceSpans();
  const onEvent = (element: Uint8Array): void => {
    events++;
    if (mentionsProfile(element)) {
      const raw = parseJson(element, 'chrome trace');
      takeEvent(raw, joined);
      if (!takeSpan(raw, spans)) spans.drop();
    } else if (!spans.isDropped() && mentionsSpan(element)) takeSpan(parseJson(element, 'chrome trace'), spans);
  };
  const { ending } = await readJsonParts(source, 'chrome trace', { '': onEvent, traceEvents: onEvent });
  const { profiles, withoutNodes } = joined.finish();
  const builder = createProfileBuilder();
  for (const { profile } of profiles) addV8Profile(profile, builder);
  if (builder.measured().samples === 0 && profiles.every(({ profile }) => profile.samples.length === 0)) {
    const read = profileOfSpans(spans, ending, options);
    if (read !== null) return read;
    throw new UnreadableInputError(
      `chrome trace: expected CPU profile events (Profile and ProfileChunk, or CpuProfile), or spans (B and E, X), got ${events} other events (async spans, b and e, tell no stacks). Record with the category disabled-by-default-v8.cpu_profiler.`,
    );
  }
  noteWhatIsMissing(builder, ending, withoutNodes);
  if (profiles.length > 1) builder.note('threads', `${profiles.length} threads in one ranking`);
  return builder.finish({
    format: 'chrome-trace',
    kind: options.kind ?? 'cpu',
    unit: 'microseconds',
    durationMs: durationOf(profiles),
    samplesKnown: true,
  });
}

/** A trace without samples is read by its spans: they tell the time that passed, not the CPU's. */
function profileOfSpans(spans: TraceSpans, ending: 'whole' | 'open' | 'cut', options: ReadOptions): StackProfile | null {
  const builder = createProfileBuilder();
  const { spans: count, threads, durationUs } = spans.addTo(builder);
  if (count === 0) return null;
  noteWhatIsMissing(builder, ending, 0);
  builder.note(
    'spans',
    `${count} spans of ${threads} thread${threads === 1 ? '' : 's'}: the time that passed in them; the trace has no CPU samples`,
  );
  return builder.finish({
    format: 'trace-events',
    kind: options.kind ?? 'wall',
    unit: 'microseconds',
    durationMs: durationUs > 0 ? durationUs / 1000 : null,
    samplesKnown: false,
  });
}

/** False for what is no span, such as the events of a CPU profile. */
function takeSpan(raw: unknown, spans: TraceSpans): boolean {
  const event = eventSchema.safeParse(raw);
  if (!event.success) return true;
  const { name = '', pid = 0, tid = 0, ts, ph = '', dur, args } = event.data;
  if (name === 'Profile' || name === 'ProfileChunk' || name === 'CpuProfile') return false;
  if (ts !== undefined && !isSum(name, args) && (ph === 'B' || ph === 'E' || ph === 'X')) {
    const called = name === 'FunctionCall' && ph === 'X' ? calledSchema.safeParse(args).data?.data : undefined;
    const place =
      called === undefined
        ? { name, url: placeSchema.safeParse(args).data ?? '' }
        : { name: called.functionName === '' ? '(anonymous)' : called.functionName, url: called.url };
    spans.take({ phase: ph, ...place, thread: `${pid}:${tid}`, atUs: ts, durationUs: dur ?? null });
  }
  return true;
}

/** clang -ftime-trace adds up its spans at the end, each sum as a span of a thread of its own; PyTorch's recorder is a span over everything. */
function isSum(name: string, args: unknown): boolean {
  if (/^PyTorch Profiler \(\d+\)$/.test(name)) return true;
  return name.startsWith('Total ') && z.object({ count: z.number(), 'avg ms': z.number() }).safeParse(args).success;
}

/** Looks for `"B"`, `"E"` or `"X"`. */
function mentionsSpan(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(34); at !== -1; at = bytes.indexOf(34, at + 1)) {
    const letter = bytes[at + 1];
    if (bytes[at + 2] === 34 && (letter === 66 || letter === 69 || letter === 88)) return true;
  }
  return false;
}

function noteWhatIsMissing(builder: ProfileBuilder, ending: 'whole' | 'open' | 'cut', withoutNodes: number): void {
  if (ending === 'cut') builder.note('left-out', 'the file ends within an event: what came after it is missing');
  if (withoutNodes > 0)
    builder.note(
      'older-recording',
      `${withoutNodes} samples belong to a recording that began before this trace: their functions are not in it`,
    );
}

function durationOf(profiles: readonly TraceProfile[]): number | null {
  const start = Math.min(...profiles.map(({ profile }) => profile.startTime));
  const end = Math.max(...profiles.map(({ profile }) => profile.endTime));
  return end > start ? (end - start) / 1000 : null;
}

function takeEvent(raw: unknown, into: TraceProfiles): void {
  const event = eventSchema.safeParse(raw);
  if (!event.success) return;
  const { name, args, pid = 0, tid = 0, id } = event.data;
  if (name !== 'Profile' && name !== 'ProfileChunk' && name !== 'CpuProfile') return;
  const data = argumentsSchema.safeParse(args).data?.data;
  if (data !== undefined) into.take({ name, thread: `${pid}:${tid}`, key: `${pid}:${id ?? tid}`, data });
}

/** A trace of a gigabyte holds a few events that matter: the others are not parsed. Looks for `Profile"` and `ProfileChunk"`. */
function mentionsProfile(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(80); at !== -1; at = bytes.indexOf(80, at + 1)) {
    if (bytes[at + 1] === 114 && bytes[at + 2] === 111 && bytes[at + 3] === 102 && bytes[at + 4] === 105 && bytes[at + 5] === 108)
      return true;
  }
  return false;
}
