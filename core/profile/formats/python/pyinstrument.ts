// pyinstrument's JSON (`-r json`: a tree with inclusive times) and session (`-r pyisession`: a list of stacks).
// https://github.com/joerick/pyinstrument/blob/main/pyinstrument/renderers/jsonrenderer.py and session.py
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { detectJson } from '../input/json-shape.js';
import { readJson } from '../input/whole-file.js';

export const pyinstrument: ProfileFormat = {
  id: 'pyinstrument',
  expects: 'pyinstrument JSON (`-r json` or `-r pyisession`)',
  tool: 'pyinstrument (tried with 5.1.3)',
  command: '`pyinstrument -r json -o x.json`, `-r pyisession`',
  exactness: 'as sampled, wall clock; the file tells the number of samples only in all',
  detect: (head) => detectJson(head, ({ paths }) => (paths.has('root_frame') && paths.has('sample_count')) || paths.has('frame_records')),
  read,
};

/** Children are read when their turn comes: depth costs no stack. */
const frameSchema = z.object({
  function: z.string(),
  file_path: z.string().nullish(),
  line_no: z.number().nullish(),
  time: z.number(),
  children: z.array(z.unknown()).default([]),
});
const treeSchema = z.object({ sample_count: z.number(), duration: z.number(), root_frame: z.unknown() });
const header = { sample_count: z.number(), duration: z.number() };
const recordsSchema = z.object({
  session: z.object(header).optional(),
  sample_count: z.number().optional(),
  duration: z.number().optional(),
  frame_records: z.array(z.tuple([z.array(z.string()), z.number()])),
});

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const raw = await readJson(source, 'pyinstrument');
  const builder = createProfileBuilder();
  const records = recordsSchema.safeParse(raw);
  const { samples, seconds } = records.success ? addRecords(records.data, builder) : addTree(raw, builder);
  return builder.finish({
    format: 'pyinstrument',
    kind: options.kind ?? 'wall',
    unit: 'seconds',
    durationMs: seconds > 0 ? seconds * 1000 : null,
    samplesKnown: samples > 0,
  });
}

interface Span {
  samples: number;
  seconds: number;
}

function addRecords(file: z.infer<typeof recordsSchema>, builder: ProfileBuilder): Span {
  const samples = file.session?.sample_count ?? file.sample_count ?? file.frame_records.length;
  const total = file.frame_records.reduce((sum, [, seconds]) => sum + seconds, 0);
  for (const [stack, seconds] of file.frame_records) {
    let node = rootNode;
    for (const identifier of stack) {
      const frame = recordedFrame(identifier);
      if (frame !== null) node = builder.child(node, builder.frame(frame));
    }
    builder.add(node === rootNode ? unknownNode(builder) : node, Math.max(0, seconds), share(seconds, total, samples));
  }
  return { samples, seconds: file.session?.duration ?? file.duration ?? total };
}

/** `function NUL file NUL line`, then attributes behind a 1 byte. Names in brackets are marks of the tool: `[await]`, `[out-of-context]`. */
function recordedFrame(identifier: string): Frame | null {
  const [function_ = '', module = '', line = ''] = (identifier.split('\u0001')[0] ?? '').split('\u0000');
  return isMark(function_) ? null : { name: function_, module, line: Number(line) > 0 ? Number(line) : null };
}

function isMark(name: string): boolean {
  return /^\[(?:self|await|out-of-context|\d+ frames? hidden)\]$/.test(name);
}

function addTree(raw: unknown, builder: ProfileBuilder): Span {
  const file = treeSchema.safeParse(raw);
  if (!file.success) throw new UnreadableInputError(`pyinstrument: expected root_frame and sample_count. ${z.prettifyError(file.error)}`);
  const { sample_count: samples, duration: seconds } = file.data;
  if (file.data.root_frame === null)
    throw new UnreadableInputError('pyinstrument: expected samples, got none. Did the program run long enough?');
  const root = frameOf(file.data.root_frame);
  const queue = [{ frame: root, parent: rootNode }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { frame, parent } = next;
    const { function: name, file_path, line_no, time } = frame;
    // Time of a mark belongs to the function that it hangs under.
    const node = isMark(name) ? parent : builder.child(parent, builder.frame({ name, module: file_path ?? '', line: line_no ?? null }));
    const children = frame.children.map(frameOf);
    const own = time - children.reduce((sum, child) => sum + child.time, 0);
    // Times are printed with six digits.
    if (own < -1e-5 * (children.length + 1)) {
      throw new UnreadableInputError(`pyinstrument: expected children of ${name} within its ${time} s, they take ${time - own} s.`);
    }
    if (own > 0) builder.add(node === rootNode ? unknownNode(builder) : node, own, share(own, root.time, samples));
    for (const child of children) queue.push({ frame: child, parent: node });
  }
  return { samples, seconds };
}

function frameOf(raw: unknown): z.infer<typeof frameSchema> {
  const frame = frameSchema.safeParse(raw);
  if (frame.success) return frame.data;
  throw new UnreadableInputError(`pyinstrument: expected frames with function, time and children. ${z.prettifyError(frame.error)}`);
}

function unknownNode(builder: ProfileBuilder): number {
  return builder.child(rootNode, builder.frame({ name: '[unknown]', module: '', line: null }));
}

/** The file tells how many samples there were, not how many fell where: they are shared out by time. */
function share(part: number, total: number, samples: number): number {
  return total > 0 ? (Math.max(0, part) / total) * samples : 0;
}
