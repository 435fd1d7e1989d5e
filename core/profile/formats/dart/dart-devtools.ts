// CPU profiles of Dart and Flutter DevTools: samples as trace events (`sf`) that point into `stackFrames`, alone or inside a snapshot.
// https://github.com/dart-lang/sdk/blob/main/runtime/vm/profiler_service.cc (PrintTimelineJSON)
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from '../format.js';
import { jsonShape } from '../input/json-shape.js';
import { readJson } from '../input/whole-file.js';

export const dartDevtools: ProfileFormat = {
  id: 'dart-devtools',
  expects: 'CPU profile of Dart DevTools (JSON with stackFrames and traceEvents)',
  tool: 'Dart and Flutter DevTools (CPU profiler, Export), getCpuProfileTimeline of the Dart VM',
  command: 'Export in the CPU profiler of DevTools',
  exactness: 'samples, one each. Built from the definitions of the Dart SDK and from the test data of DevTools, not tried with a recording',
  detect,
  read,
};

function detect(head: ProfileHead): Detection {
  const { root, paths } = jsonShape(head);
  if (root !== 'object') return 'no';
  const isDart = (at: string): boolean =>
    paths.has(`${at}stackFrames`) && (paths.has(`${at}samplePeriod`) || paths.has(`${at}traceEvents[].sf`));
  const isSamples = paths.has('functions[].exclusiveTicks') && paths.has('functions[].function');
  return isDart('') || isDart(`${snapshotKey}.`) || isSamples ? 'yes' : 'no';
}

const snapshotKey = 'cpu-profiler';
const frameSchema = z.object({
  name: z.string(),
  parent: z.string().optional(),
  packageUri: z.string().nullish(),
  resolvedUrl: z.string().nullish(),
  sourceLine: z.number().nullish(),
});
const profileSchema = z.object({
  samplePeriod: z.number().optional(),
  sampleCount: z.number().optional(),
  timeExtentMicros: z.number().optional(),
  stackFrames: z.record(z.string(), frameSchema),
  traceEvents: z.array(z.object({ sf: z.string(), tid: z.union([z.string(), z.number()]).optional() })),
});
/** `getCpuSamples` of the VM service: https://github.com/dart-lang/sdk/blob/main/runtime/vm/service/service.md#cpusamples */
const samplesSchema = z.object({
  samplePeriod: z.number().optional(),
  sampleCount: z.number().optional(),
  timeExtentMicros: z.number().optional(),
  functions: z.array(
    z.object({
      resolvedUrl: z.string().nullish(),
      function: z.object({
        name: z.string(),
        owner: z.object({ type: z.string().optional(), name: z.string().optional() }).nullish(),
        location: z.object({ line: z.number().nullish() }).nullish(),
      }),
    }),
  ),
  samples: z.array(z.object({ stack: z.array(z.number().int()), tid: z.union([z.string(), z.number()]).optional() })),
});
type DartFrames = z.infer<typeof profileSchema>['stackFrames'];

/** DevTools gives all stacks this root, which is no frame. */
const rootId = 'cpuProfileRoot';
const maxDepth = 10_000;

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const json = await readJson(source, 'dart devtools');
  const snapshot = z.object({ [snapshotKey]: z.unknown() }).safeParse(json).data?.[snapshotKey];
  const file = z.union([profileSchema, samplesSchema]).safeParse(snapshot ?? json);
  if (!file.success) {
    throw new UnreadableInputError(
      `dart devtools: expected stackFrames and traceEvents, or functions and samples. ${z.prettifyError(file.error).slice(0, 400)}`,
    );
  }
  const builder = createProfileBuilder();
  const samples = 'stackFrames' in file.data ? file.data.traceEvents : file.data.samples;
  const { sampleCount, timeExtentMicros = 0 } = file.data;
  if (sampleCount !== undefined && sampleCount !== samples.length) {
    throw new UnreadableInputError(
      `dart devtools: expected ${sampleCount} samples as the file says, got ${samples.length}. Is the file complete? Export it again.`,
    );
  }
  if ('stackFrames' in file.data) addTimeline(file.data, builder);
  else addSamples(file.data, builder);
  const threads = new Set(samples.map(({ tid }) => tid)).size;
  if (threads > 1) builder.note('threads', `${threads} threads in one ranking`);
  return builder.finish({
    format: 'dart-devtools',
    kind: options.kind ?? 'cpu',
    unit: 'samples',
    durationMs: timeExtentMicros > 0 ? timeExtentMicros / 1000 : null,
    samplesKnown: true,
  });
}

function addTimeline({ stackFrames, traceEvents }: z.infer<typeof profileSchema>, builder: ProfileBuilder): void {
  const nodeOf = stackReader(stackFrames, builder);
  for (const { sf } of traceEvents) builder.add(nodeOf(sf), 1, 1);
}

/** Stacks name functions by their place in the list, the leaf first. */
function addSamples({ functions, samples }: z.infer<typeof samplesSchema>, builder: ProfileBuilder): void {
  const frames = functions.map(({ resolvedUrl, function: own }) => {
    const inside = own.owner?.name === undefined || own.owner.name === '' || own.owner.type === '@Library' ? '' : `${own.owner.name}.`;
    return builder.frame(frameOf({ name: own.name === '' ? '' : `${inside}${own.name}`, resolvedUrl, sourceLine: own.location?.line }));
  });
  for (const { stack } of samples) {
    let node = rootNode;
    for (let at = stack.length - 1; at >= 0; at--) {
      const frame = frames[stack[at] ?? -1];
      if (frame === undefined) {
        throw new UnreadableInputError(
          `dart devtools: expected stacks of the file's ${frames.length} functions, got number ${stack[at] ?? 'none'}. Is the file complete?`,
        );
      }
      node = builder.child(node, frame);
    }
    builder.add(node, 1, 1);
  }
}

/** Frames name their parent, in any order. */
function stackReader(frames: DartFrames, builder: ProfileBuilder): (id: string) => number {
  const nodes = new Map<string, number>([[rootId, rootNode]]);
  return (id) => {
    const pending: { id: string; frame: DartFrames[string] }[] = [];
    let at: string | undefined = id;
    while (at !== undefined && !nodes.has(at)) {
      // `__proto__` is no frame of the file.
      const frame: DartFrames[string] | undefined = Object.hasOwn(frames, at) ? frames[at] : undefined;
      if (frame === undefined || pending.length > maxDepth) {
        throw new UnreadableInputError(
          `dart devtools: expected a stack of at most ${maxDepth} frames that are all in stackFrames, frame ${at} is not. Is the file complete?`,
        );
      }
      pending.push({ id: at, frame });
      at = frame.parent;
    }
    let node = at === undefined ? rootNode : (nodes.get(at) ?? rootNode);
    for (const next of pending.reverse()) {
      node = builder.child(node, builder.frame(frameOf(next.frame)));
      nodes.set(next.id, node);
    }
    return node;
  };
}

/** `[Native] realloc` and `[Stub] AllocateArray` are what the VM itself runs. */
function frameOf({ name, packageUri, resolvedUrl, sourceLine }: DartFrames[string]): Frame {
  const place = packageUri !== undefined && packageUri !== null && packageUri !== '' ? packageUri : (resolvedUrl ?? '');
  return {
    name: name === '' ? '(anonymous)' : name,
    module: place,
    line: sourceLine !== undefined && sourceLine !== null && sourceLine > 0 ? sourceLine : null,
  };
}
