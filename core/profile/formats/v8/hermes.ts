// Hermes' sampling profiler (React Native): Chrome's trace format with `samples` that point into `stackFrames`.
// https://reactnative.dev/docs/profile-hermes and hermes/lib/VM/Profiler/ChromeTraceSerializer.cpp
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from '../format.js';
import { jsonShape } from '../input/json-shape.js';
import { readJson } from '../input/whole-file.js';

export const hermes: ProfileFormat = {
  id: 'hermes',
  expects: "Hermes' sampled trace (`samples` and `stackFrames`)",
  tool: 'Hermes of React Native',
  command: '`npx react-native profile-hermes --raw`',
  exactness: 'samples, one each; source maps are not applied. Rebuilt from the serializer, not tried with a recording',
  detect,
  read,
};

function detect(head: ProfileHead): Detection {
  const { root, paths } = jsonShape(head);
  if (root !== 'object') return 'no';
  if (paths.has('samples[].sf')) return 'yes';
  // `go tool trace` writes empty stack frames beside its spans.
  return head.isComplete ? (paths.has('stackFrames') && paths.has('samples') ? 'yes' : 'no') : 'maybe';
}

const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(?:\.\d+)?$/)
    .transform(Number),
]);
const fileSchema = z.object({
  samples: z.array(
    z.object({ sf: number, ts: number.optional(), weight: number.optional(), tid: z.union([z.string(), z.number()]).optional() }),
  ),
  stackFrames: z.record(z.string(), z.object({ name: z.string(), category: z.string().optional(), parent: number.optional() })),
});
type File = z.infer<typeof fileSchema>;

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const file = fileSchema.safeParse(await readJson(source, 'hermes'));
  if (!file.success)
    throw new UnreadableInputError(`hermes: expected samples and stackFrames. ${z.prettifyError(file.error).slice(0, 400)}`);
  const { samples, stackFrames } = file.data;
  const builder = createProfileBuilder();
  const nodeOf = stackReader(stackFrames, builder);
  let outside = 0;
  for (const sample of samples) {
    const node = nodeOf(sample.sf);
    if (node === rootNode) outside++;
    else builder.add(node, 1, 1);
  }
  // The sampler walks the stack of JavaScript only: where there is none, the thread waits for its next task.
  if (outside > 0) builder.addIdle(outside, outside);
  const times = samples.flatMap(({ ts }) => (ts === undefined ? [] : [ts]));
  const threads = new Set(samples.map(({ tid }) => tid)).size;
  if (threads > 1) builder.note('threads', `${threads} threads in one ranking`);
  const [first, last] = times.reduce(([low, high], time) => [Math.min(low, time), Math.max(high, time)], [Infinity, -Infinity]);
  return builder.finish({
    format: 'hermes',
    kind: options.kind ?? 'wall',
    unit: 'samples',
    durationMs: last > first ? (last - first) / 1000 : null,
    samplesKnown: true,
  });
}

/** Frames name their parent, in any order. */
function stackReader(frames: File['stackFrames'], builder: ProfileBuilder): (id: number) => number {
  const nodes = new Map<number, number>();
  return (id) => {
    const pending: number[] = [];
    let at: number | undefined = id;
    while (at !== undefined && !nodes.has(at)) {
      const frame: File['stackFrames'][string] | undefined = frames[String(at)];
      if (frame === undefined || pending.length > 10_000) {
        throw new UnreadableInputError(
          `hermes: expected a stack of at most 10000 frames that are all in stackFrames, frame ${at} is not. Is the file complete?`,
        );
      }
      pending.push(at);
      at = frame.parent;
    }
    let node = at === undefined ? rootNode : (nodes.get(at) ?? rootNode);
    for (const next of pending.reverse()) {
      const frame = frames[String(next)];
      node = isRoot(frame) ? rootNode : builder.child(node, builder.frame(frameOf(frame?.name ?? '')));
      nodes.set(next, node);
    }
    return node;
  };
}

/** `[root]`, in newer versions one a thread. */
function isRoot(frame: File['stackFrames'][string] | undefined): boolean {
  return frame?.category === 'root' || frame?.name === '[root]';
}

/** `render(http://localhost:8081/index.bundle?platform=ios:121:27)`, `[GC Young Gen]`, `[HostFunction] nativeCall`. */
function frameOf(text: string): Frame {
  if (/^\[GC\b/.test(text)) return { name: '(garbage collector)', module: '', line: null };
  const [, name = text, module = '', line] = /^(.*?)\(([^()]+):(\d+):\d+\)$/.exec(text) ?? [];
  return { name: name === '' ? '(anonymous)' : name, module, line: line === undefined ? null : Number(line) };
}
