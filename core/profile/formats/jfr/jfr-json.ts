// `jfr print --json FILE`: the same events as text. Without `--stack-depth 64` the tool prints only five frames of a stack.
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { parseJson, readJsonParts } from '../input/json-parts.js';
import { detectJson } from '../input/json-shape.js';
import { createGroupCollector, eventTypes, groupsOf, hasJavaFrame, isRunning, jfrFrame, stackNode, type GroupCollector } from './groups.js';

export const jfrJson: ProfileFormat = {
  id: 'jfr-json',
  expects: '`jfr print --json --stack-depth 64` of a recording',
  tool: 'JDK 14 and later (tried with 17)',
  command: '`jfr print --json --stack-depth 64 x.jfr`',
  exactness: 'exact; without `--stack-depth 64` callers beyond five frames are missing, which is told',
  detect: (head) => detectJson(head, ({ paths }) => paths.has('recording.events')),
  read,
};

const frameSchema = z.object({
  method: z.object({ name: z.string(), type: z.object({ name: z.string().nullish() }).nullish() }).nullish(),
  type: z.string().nullish(),
  lineNumber: z.number().nullish(),
});
const valuesSchema = z.object({
  state: z.string().nullish(),
  startTime: z.string().nullish(),
  duration: z.string().nullish(),
  weight: z.number().nullish(),
  tlabSize: z.number().nullish(),
  allocationSize: z.number().nullish(),
  size: z.number().nullish(),
  samples: z.number().nullish(),
  parkedClass: z.object({ name: z.string().nullish() }).nullish(),
  stackTrace: z.object({ truncated: z.boolean().nullish(), frames: z.array(frameSchema).nullish() }).nullish(),
});
const eventSchema = z.object({ type: z.string(), values: z.unknown() });

/** What `jfr print` shows of a stack unless it is told otherwise. */
const printedDepth = 5;

interface Span {
  deepest: number;
  firstMs: number;
  lastMs: number;
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const collector = createGroupCollector();
  const span: Span = { deepest: 0, firstMs: Infinity, lastMs: -Infinity };
  let events = 0;
  const { ending } = await readJsonParts(source, 'jfr print', {
    'recording.events': (element) => {
      events++;
      takeEvent(parseJson(element, 'jfr print'), collector, span);
    },
  });
  if (events === 0)
    throw new UnreadableInputError('jfr print: expected recording.events, got none. Was the recording empty, or filtered by --events?');
  const notes: [string, string][] = [];
  if (ending !== 'whole') notes.push(['left-out', 'the file ends before its last bracket: events may be missing']);
  if (span.deepest === printedDepth) {
    notes.push([
      'stack-depth',
      'no stack has more than five frames, which is what jfr prints by default: callers may be missing; print with --stack-depth 64',
    ]);
  }
  return collector.finish('jfr-json', span.lastMs > span.firstMs ? span.lastMs - span.firstMs : null, options, notes);
}

function takeEvent(raw: unknown, collector: GroupCollector, span: Span): void {
  const event = eventSchema.safeParse(raw);
  if (!event.success) throw new UnreadableInputError(`jfr print: expected events with a type and values. ${z.prettifyError(event.error)}`);
  const { type } = event.data;
  if (!eventTypes.has(type)) return;
  const parsed = valuesSchema.safeParse(event.data.values);
  if (!parsed.success) throw new UnreadableInputError(`jfr print: a ${type} event is malformed. ${z.prettifyError(parsed.error)}`);
  const values = parsed.data;
  const frames = (values.stackTrace?.frames ?? []).map(frameOf);
  span.deepest = Math.max(span.deepest, frames.length);
  const atMs = Date.parse(values.startTime ?? '');
  if (Number.isFinite(atMs)) [span.firstMs, span.lastMs] = [Math.min(span.firstMs, atMs), Math.max(span.lastMs, atMs)];
  const isTruncated = values.stackTrace?.truncated === true && frames.length > printedDepth;
  const isSleepingVm = !isRunning(values.state ?? '') && !hasJavaFrame(frames);
  for (const { group, weight } of groupsOf({
    type,
    state: values.state ?? '',
    durationNanos: nanosOf(values.duration ?? null),
    sizeBytes: values.weight ?? values.tlabSize ?? values.allocationSize ?? values.size ?? null,
    samples: values.samples ?? null,
    parkedOn: values.parkedClass?.name ?? '',
  })) {
    if (isSleepingVm) collector.addIdle(group, weight);
    else
      collector.add(
        group,
        stackNode(collector.builderOf(group), frames, isTruncated),
        weight,
        values.stackTrace?.frames?.[0]?.lineNumber ?? 0,
      );
  }
}

function frameOf({ method, type }: z.infer<typeof frameSchema>): Frame {
  if (method === null || method === undefined) return { name: '[unknown]', module: '', line: null };
  return jfrFrame(method.type?.name ?? '', method.name, type ?? '');
}

/** ISO 8601: `PT0.025S`, `PT1M2.5S`. */
function nanosOf(duration: string | null): number | null {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(duration ?? '');
  if (match === null) return null;
  const [hours, minutes, seconds] = match.slice(1).map((part) => Number(part || 0));
  return ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1e9;
}
