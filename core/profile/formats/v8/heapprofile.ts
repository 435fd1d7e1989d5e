// V8's sampling heap profile, as the inspector and `node --heap-prof` write it: https://chromedevtools.github.io/devtools-protocol/tot/HeapProfiler/#type-SamplingHeapProfile
// Weights are bytes that were still reachable, or just allocated, when the profile ended; V8 scales them up from its samples. Lines are 0-based.
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import { createProfileBuilder, rootNode } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import { maxHeadBytes, type Detection, type ProfileFormat, type ProfileHead, type ReadOptions } from '../format.js';
import { callFrameSchema } from './v8-profile.js';
import { frameOfCall } from './v8-tree.js';
import { readJson } from '../input/whole-file.js';

export const heapprofile: ProfileFormat = {
  id: 'heapprofile',
  expects: "V8's .heapprofile (JSON with head and selfSize)",
  tool: 'Node and Chrome (tried with Node 20)',
  command: '`node --heap-prof`',
  exactness: 'bytes as V8 scales them up from its samples',
  detect,
  read: async (source, options) => profileOfHeap(await readJson(source, 'heapprofile'), options),
};

function detect(head: ProfileHead): Detection {
  if (!/^\s*\{/.test(head.text) || /"traceEvents"|"\$schema"/.test(head.text)) return 'no';
  return /"callFrame"\s*:/.test(head.text) && /"selfSize"\s*:/.test(head.text)
    ? 'yes'
    : head.isComplete || head.bytes.length >= maxHeadBytes
      ? 'no'
      : 'maybe';
}

/** The children stay unread until their turn, so that depth costs no stack. */
const nodeSchema = z.object({ callFrame: callFrameSchema, selfSize: z.number(), children: z.array(z.unknown()).default([]) });
const profileSchema = z.object({ head: z.unknown(), samples: z.array(z.unknown()).optional() });

function broken(error: z.ZodError): UnreadableInputError {
  return new UnreadableInputError(
    `heapprofile: expected a tree of nodes with callFrame and selfSize under \`head\`. ${z.prettifyError(error)}`,
  );
}

function profileOfHeap(raw: unknown, options: ReadOptions): StackProfile {
  const profile = profileSchema.safeParse(raw);
  if (!profile.success) throw broken(profile.error);
  const builder = createProfileBuilder();
  const queue: { raw: unknown; parent: number | null }[] = [{ raw: profile.data.head, parent: null }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const node = nodeSchema.safeParse(next.raw);
    if (!node.success) throw broken(node.error);
    const { callFrame, selfSize, children } = node.data;
    const id = next.parent === null ? rootNode : builder.child(next.parent, builder.frame(frameOfCall(callFrame)));
    if (selfSize > 0) builder.add(id, selfSize, 0);
    for (const child of children) queue.push({ raw: child, parent: id });
  }
  const made = builder.finish({
    format: 'heapprofile',
    kind: options.kind ?? 'alloc',
    unit: 'bytes',
    durationMs: null,
    samplesKnown: false,
  });
  if (made.total > 0) return made;
  throw new UnreadableInputError('heapprofile: expected sampled allocations, got none. Was the program allocating while it was profiled?');
}
