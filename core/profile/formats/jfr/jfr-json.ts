// `jfr print --json FILE`: the same events as text. Without `--stack-depth 64` the tool prints only five frames of a stack.
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { detectJson } from '../json-shape.js';
import { readJson } from '../whole-file.js';
import { createGroupCollector, eventTypes, groupsOf, jfrFrame, stackNode } from './groups.js';

export const jfrJson: ProfileFormat = {
  id: 'jfr-json',
  expects: '`jfr print --json --stack-depth 64` of a recording',
  detect: (head) => detectJson(head, ({ paths }) => paths.has('recording.events')),
  read,
};

const frameSchema = z.object({
  method: z.object({ name: z.string(), type: z.object({ name: z.string().nullish() }).nullish() }).nullish(),
  type: z.string().nullish(),
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
const fileSchema = z.object({ recording: z.object({ events: z.array(z.object({ type: z.string(), values: z.unknown() })) }) });

/** What `jfr print` shows of a stack unless it is told otherwise. */
const printedDepth = 5;

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const file = fileSchema.safeParse(await readJson(source, 'jfr print'));
  if (!file.success) throw new UnreadableInputError(`jfr print: expected recording.events. ${z.prettifyError(file.error)}`);
  const collector = createGroupCollector();
  let deepest = 0;
  let first = Infinity;
  let last = -Infinity;
  for (const { type, values: raw } of file.data.recording.events) {
    if (!eventTypes.has(type)) continue;
    const parsed = valuesSchema.safeParse(raw);
    if (!parsed.success) throw new UnreadableInputError(`jfr print: a ${type} event is malformed. ${z.prettifyError(parsed.error)}`);
    const values = parsed.data;
    const frames = (values.stackTrace?.frames ?? []).map(frameOf);
    deepest = Math.max(deepest, frames.length);
    const at = Date.parse(values.startTime ?? '');
    if (Number.isFinite(at)) [first, last] = [Math.min(first, at), Math.max(last, at)];
    const event = {
      type,
      state: values.state ?? '',
      durationNanos: nanosOf(values.duration ?? null),
      sizeBytes: values.weight ?? values.tlabSize ?? values.allocationSize ?? values.size ?? null,
      samples: values.samples ?? null,
      parkedOn: values.parkedClass?.name ?? '',
    };
    for (const { group, weight } of groupsOf(event)) {
      collector.add(
        group,
        stackNode(collector.builderOf(group), frames, values.stackTrace?.truncated === true && deepest > printedDepth),
        weight,
      );
    }
  }
  const isCut = deepest === printedDepth;
  const notes: [string, string][] = isCut
    ? [
        [
          'stack-depth',
          'no stack has more than five frames, which is what jfr prints by default: callers may be missing; print with --stack-depth 64',
        ],
      ]
    : [];
  return collector.finish('jfr-json', last > first ? last - first : null, options, notes);
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
