// V8's CPU profile as the inspector and `node --cpu-prof` write it: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile
// Times are microseconds of a monotonic clock; lines and columns are 0-based.
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';

export const callFrameSchema = z.object({
  functionName: z.string(),
  url: z.string().default(''),
  lineNumber: z.coerce.number().default(-1),
  columnNumber: z.coerce.number().default(-1),
});

const positionTicksSchema = z.array(z.object({ line: z.number(), ticks: z.number() })).optional();

/** Some writers put numbers into quotes. */
export const numeric = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(?:\.\d+)?$/)
    .transform(Number),
]);

export const v8NodeSchema = z.object({
  id: numeric,
  callFrame: callFrameSchema,
  hitCount: numeric.optional(),
  children: z.array(numeric).optional(),
  parent: numeric.optional(),
  positionTicks: positionTicksSchema,
  // Business Central writes V8's format for its AL language: the object stands in place of a URL.
  declaringApplication: z.object({ appName: z.string() }).optional(),
  applicationDefinition: z.object({ objectType: z.string(), objectName: z.string() }).optional(),
});

const v8ProfileSchema = z.object({
  nodes: z.array(v8NodeSchema).min(1),
  startTime: numeric,
  endTime: numeric,
  samples: z.array(numeric).default([]),
  timeDeltas: z.array(numeric).default([]),
});

export type V8Node = z.infer<typeof v8NodeSchema>;

export interface V8Profile {
  nodes: V8Node[];
  startTime: number;
  endTime: number;
  samples: ArrayLike<number>;
  timeDeltas: ArrayLike<number>;
}

interface OldNode {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber?: number | undefined;
  id: number;
  hitCount: number;
  children: OldNode[];
  positionTicks?: { line: number; ticks: number }[] | undefined;
}

const oldNodeSchema: z.ZodType<OldNode> = z.object({
  functionName: z.string(),
  url: z.string(),
  lineNumber: z.number(),
  columnNumber: z.number().optional(),
  id: z.number(),
  hitCount: z.number().default(0),
  get children(): z.ZodType<OldNode[]> {
    return z.array(oldNodeSchema);
  },
  positionTicks: positionTicksSchema,
});

/** Profiles of Node before 8 and of old Chrome: a nested tree, seconds, 1-based lines. */
const oldProfileSchema = z.object({
  head: z.unknown(),
  startTime: z.number(),
  endTime: z.number(),
  samples: z.array(z.number()).nullish(),
  timestamps: z.array(z.number()).nullish(),
});

const maxOldDepth = 4000;

/** Both generations of the format in the newer shape. Throws UnreadableInputError for anything else. */
export function parseV8Profile(raw: unknown): V8Profile {
  const asNew = v8ProfileSchema.safeParse(raw);
  if (asNew.success) return asNew.data;
  const asOld = oldProfileSchema.safeParse(raw);
  if (asOld.success && asOld.data.head !== undefined) return fromOldProfile(asOld.data);
  throw new UnreadableInputError(`cpuprofile: expected nodes, samples and timeDeltas. ${z.prettifyError(asNew.error)}`);
}

function fromOldProfile(old: z.infer<typeof oldProfileSchema>): V8Profile {
  if (depthOf(old.head) > maxOldDepth)
    throw new UnreadableInputError(`cpuprofile: expected a tree of at most ${maxOldDepth} levels, got a deeper one.`);
  const head = oldNodeSchema.safeParse(old.head);
  if (!head.success) throw new UnreadableInputError(`cpuprofile: expected a tree of nodes under \`head\`. ${z.prettifyError(head.error)}`);
  const nodes: V8Node[] = [];
  const queue: { node: OldNode; parent: number | undefined }[] = [{ node: head.data, parent: undefined }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { node, parent } = next;
    nodes.push({
      id: node.id,
      callFrame: {
        functionName: node.functionName,
        url: node.url,
        lineNumber: node.lineNumber - 1,
        columnNumber: (node.columnNumber ?? 0) - 1,
      },
      hitCount: node.hitCount,
      ...(parent === undefined ? {} : { parent }),
      positionTicks: node.positionTicks,
    });
    for (const child of node.children) queue.push({ node: child, parent: node.id });
  }
  const startTime = old.startTime * 1e6;
  const timestamps = old.timestamps ?? [];
  const timeDeltas = timestamps.map((time, index) => time - (timestamps[index - 1] ?? time));
  return { nodes, startTime, endTime: old.endTime * 1e6, samples: old.samples ?? [], timeDeltas };
}

function depthOf(head: unknown): number {
  let depth = 0;
  let level: unknown[] = [head];
  while (level.length > 0 && depth <= maxOldDepth) {
    depth++;
    level = level.flatMap((node): unknown[] =>
      typeof node === 'object' && node !== null && 'children' in node && Array.isArray(node.children) ? node.children : [],
    );
  }
  return depth;
}

/** One sample with the time until the next one. */
export interface V8Sample {
  nodeId: number;
  /** Microseconds of the profile's clock. */
  atUs: number;
  durationUs: number;
}

/** Samples with their weights, in the order of time. */
export function v8Samples(profile: V8Profile): V8Sample[] {
  const samples: V8Sample[] = [];
  forEachV8Sample(profile, (nodeId, atUs, durationUs) => samples.push({ nodeId, atUs, durationUs }));
  return samples;
}

/**
 * Calls `visit` for every sample in the order of time, as DevTools has it: V8 delivers some samples late, with a negative step. A sample lasts until the
 * next one was taken, the last one until the end; what came before the first is the first one's. At both ends no more than two steps count: a capture
 * that began or ended idle must not weigh as work.
 */
export function forEachV8Sample(profile: V8Profile, visit: (nodeId: number, atUs: number, durationUs: number) => void): void {
  const { samples, timeDeltas, startTime, endTime } = profile;
  const count = samples.length;
  const times = new Float64Array(count);
  let now = startTime;
  let isOrdered = true;
  for (let index = 0; index < count; index++) {
    const delta = timeDeltas[index] ?? 0;
    if (delta < 0) isOrdered = false;
    times[index] = now += delta;
  }
  const order = isOrdered ? null : Uint32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  const at = (place: number): number => order?.[place] ?? place;
  const first = times[at(0)] ?? startTime;
  const last = times[at(count - 1)] ?? startTime;
  // A lone sample stands for all of the capture.
  const step = count > 1 ? (last - first) / (count - 1) : Math.max(0, endTime - startTime);
  for (let place = 0; place < count; place++) {
    const atUs = times[at(place)] ?? startTime;
    const until = place + 1 < count ? (times[at(place + 1)] ?? atUs) : Math.min(Math.max(endTime, atUs), atUs + 2 * step);
    const before = place === 0 ? Math.min(Math.max(0, atUs - startTime), 2 * step) : 0;
    visit(samples[at(place)] ?? 0, atUs, before + until - atUs);
  }
}
