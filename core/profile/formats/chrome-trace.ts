// CPU profiles inside Chrome's trace event format: `Profile` + `ProfileChunk` events joined by id, or one `CpuProfile` event.
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
import { z } from 'zod';
import { UnreadableInputError } from '../../model/errors.js';
import { createProfileBuilder } from '../profile-builder.js';
import type { StackProfile } from '../stack-profile.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from './format.js';
import { v8ProfileSchema, type V8Profile } from './v8-profile.js';
import { addV8Profile } from './v8-tree.js';
import { readJson } from './whole-file.js';

export const chromeTrace: ProfileFormat = {
  id: 'chrome-trace',
  expects: 'Chrome trace (JSON) with CPU profile events',
  detect,
  read,
};

const eventSchema = z.object({
  name: z.string().optional(),
  ph: z.string().optional(),
  pid: z.number().optional(),
  tid: z.number().optional(),
  id: z.union([z.string(), z.number()]).optional(),
  args: z.object({ data: z.unknown() }).partial().optional(),
});
type TraceEvent = z.infer<typeof eventSchema>;

const traceSchema = z.union([
  z.array(eventSchema),
  z.object({ traceEvents: z.array(eventSchema) }).transform((trace) => trace.traceEvents),
]);

const chunkSchema = z.object({
  startTime: z.number().optional(),
  endTime: z.number().optional(),
  timeDeltas: z.array(z.number()).default([]),
  cpuProfile: z
    .object({
      nodes: z.array(z.unknown()).default([]),
      samples: z.array(z.number()).default([]),
      startTime: z.number().optional(),
      endTime: z.number().optional(),
      timeDeltas: z.array(z.number()).optional(),
    })
    .optional(),
});

function detect(head: ProfileHead): Detection {
  const start = head.text.trimStart();
  const isTrace = /^\{[\s\S]{0,2000}"traceEvents"\s*:/.test(start) || (start.startsWith('[') && /"ph"\s*:\s*"/.test(start));
  return isTrace ? 'yes' : start.startsWith('{') && !head.isComplete ? 'maybe' : 'no';
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const events = traceSchema.safeParse(await readJson(source, 'chrome trace'));
  if (!events.success) throw new UnreadableInputError(`chrome trace: expected trace events. ${z.prettifyError(events.error)}`);
  const profiles = joinProfiles(events.data);
  if (profiles.length === 0) {
    throw new UnreadableInputError(
      `chrome trace: expected CPU profile events (Profile and ProfileChunk, or CpuProfile), got ${events.data.length} other events. Record with the category disabled-by-default-v8.cpu_profiler.`,
    );
  }
  const builder = createProfileBuilder();
  for (const profile of profiles) addV8Profile(profile, builder);
  if (profiles.length > 1) builder.note('threads', `${profiles.length} threads in one ranking`);
  const start = Math.min(...profiles.map((profile) => profile.startTime));
  const end = Math.max(...profiles.map((profile) => profile.endTime));
  return builder.finish({
    format: 'chrome-trace',
    kind: options.kind ?? 'cpu',
    unit: 'microseconds',
    durationMs: end > start ? (end - start) / 1000 : null,
    samplesKnown: true,
  });
}

interface Joined {
  thread: string;
  nodes: unknown[];
  samples: number[];
  timeDeltas: number[];
  startTime: number;
  endTime: number | null;
}

function joinProfiles(events: readonly TraceEvent[]): V8Profile[] {
  const joined = new Map<string, Joined>();
  for (const event of events) {
    if (event.name !== 'Profile' && event.name !== 'ProfileChunk' && event.name !== 'CpuProfile') continue;
    const chunk = chunkSchema.safeParse(event.args?.data ?? {});
    if (!chunk.success) throw new UnreadableInputError(`chrome trace: a ${event.name} event is malformed. ${z.prettifyError(chunk.error)}`);
    const key = `${event.pid ?? 0}:${event.id ?? event.tid ?? 0}`;
    const { data } = chunk;
    const start = data.startTime ?? data.cpuProfile?.startTime;
    const thread = `${event.pid ?? 0}:${event.tid ?? 0}`;
    const into = joined.get(key) ?? { thread, nodes: [], samples: [], timeDeltas: [], startTime: start ?? 0, endTime: null };
    joined.set(key, into);
    if (start !== undefined) into.startTime = start;
    into.endTime = data.endTime ?? data.cpuProfile?.endTime ?? into.endTime;
    for (const node of data.cpuProfile?.nodes ?? []) into.nodes.push(node);
    for (const sample of data.cpuProfile?.samples ?? []) into.samples.push(sample);
    for (const delta of data.cpuProfile?.timeDeltas ?? data.timeDeltas) into.timeDeltas.push(delta);
  }
  return oncePerThread([...joined.values()]).flatMap(toV8Profile);
}

/** Two profilers at once on one thread would count it twice: the larger one stays. Profiles one after the other all count. */
function oncePerThread(profiles: readonly Joined[]): Joined[] {
  const kept: Joined[] = [];
  for (const profile of [...profiles].sort((a, b) => b.samples.length - a.samples.length)) {
    if (!kept.some((other) => other.thread === profile.thread && overlap(other, profile))) kept.push(profile);
  }
  return kept;
}

function overlap(a: Joined, b: Joined): boolean {
  return a.startTime < endOf(b) && b.startTime < endOf(a);
}

function endOf(joined: Joined): number {
  return joined.endTime ?? joined.startTime + joined.timeDeltas.reduce((sum, delta) => sum + Math.max(0, delta), 0);
}

function toV8Profile(joined: Joined): V8Profile[] {
  if (joined.samples.length === 0) return [];
  const profile = v8ProfileSchema.safeParse({ ...joined, endTime: endOf(joined) });
  if (!profile.success)
    throw new UnreadableInputError(`chrome trace: the joined CPU profile is malformed. ${z.prettifyError(profile.error)}`);
  return [profile.data];
}
