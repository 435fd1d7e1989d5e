// https://github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources (also written by py-spy, rbspy, pyroscope)
import { z } from 'zod';
import { UnreadableInputError } from '../../model/errors.js';
import type { Frame } from '../../model/profile.js';
import { frameKey, parseFrameName } from '../categories/frame-name.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../profile-builder.js';
import type { StackProfile } from '../stack-profile.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from './format.js';
import { readJson } from './whole-file.js';

export const speedscope: ProfileFormat = {
  id: 'speedscope',
  expects: 'speedscope JSON (`$schema` of speedscope.app)',
  detect,
  read,
};

const header = {
  name: z.string().default(''),
  unit: z.string().default('none'),
  startValue: z.number().default(0),
  endValue: z.number().default(0),
};
const sampledSchema = z.object({
  ...header,
  type: z.literal('sampled'),
  samples: z.array(z.array(z.number())),
  weights: z.array(z.number()).default([]),
});
const eventedSchema = z.object({
  ...header,
  type: z.literal('evented'),
  events: z.array(z.object({ type: z.enum(['O', 'C']), frame: z.number(), at: z.number() })),
});
const fileSchema = z.object({
  shared: z.object({ frames: z.array(z.object({ name: z.string(), file: z.string().optional(), line: z.number().optional() })) }),
  profiles: z.array(z.discriminatedUnion('type', [sampledSchema, eventedSchema])).min(1),
  activeProfileIndex: z.number().nullish(),
});
type Sampled = z.infer<typeof sampledSchema>;
type Evented = z.infer<typeof eventedSchema>;

function detect(head: ProfileHead): Detection {
  const start = head.text.trimStart();
  if (!start.startsWith('{')) return 'no';
  if (/"\$schema"\s*:\s*"[^"]*speedscope/.test(start)) return 'yes';
  if (/"shared"\s*:\s*\{\s*"frames"/.test(start)) return 'yes';
  return head.isComplete ? 'no' : 'maybe';
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const file = fileSchema.safeParse(await readJson(source, 'speedscope'));
  if (!file.success) throw new UnreadableInputError(`speedscope: expected shared.frames and profiles. ${z.prettifyError(file.error)}`);
  const { profiles, shared } = file.data;
  const named = options.valueType === undefined ? undefined : profiles.find((profile) => profile.name === options.valueType);
  const active = named ?? profiles[file.data.activeProfileIndex ?? 0] ?? profiles[0];
  const unit = active?.unit ?? 'none';
  const chosen = named === undefined ? profiles.filter((profile) => profile.unit === unit) : [named];
  const builder = createProfileBuilder();
  const ids = shared.frames.map((frame) => {
    const parsed =
      frame.file === undefined ? parseFrameName(frame.name) : { name: frame.name, module: frame.file, line: frame.line ?? null };
    return builder.frame(parsed, frameKey(parsed));
  });
  for (const profile of chosen) {
    if (profile.type === 'sampled') addSampled(profile, ids, builder);
    else addEvented(profile, ids, builder);
  }
  if (chosen.length > 1) builder.note('threads', `${chosen.length} profiles of one unit in one ranking`);
  if (chosen.length < profiles.length) builder.note('other-values', `${profiles.length - chosen.length} profiles of other units left out`);
  return builder.finish({
    format: 'speedscope',
    kind: options.kind ?? (unit === 'bytes' ? 'alloc' : 'unknown'),
    unit: unit === 'none' ? 'samples' : unit,
    durationMs: null,
    samplesKnown: chosen.every((profile) => profile.type === 'sampled' && hasOneWeightPerSample(profile)),
  });
}

/** Equal weights mean one record per sample; counts without a unit are counts. Aggregated records of a time tell no number. */
function hasOneWeightPerSample(profile: Sampled): boolean {
  if (profile.unit === 'none') return profile.weights.every((weight) => Number.isInteger(weight));
  const first = profile.weights[0] ?? 1;
  return profile.weights.every((weight) => Math.abs(weight - first) <= 1e-6 * first);
}

function addSampled(profile: Sampled, ids: readonly number[], builder: ProfileBuilder): void {
  for (const [index, stack] of profile.samples.entries()) {
    const weight = profile.weights[index] ?? 1;
    let node = rootNode;
    for (const frame of stack) node = builder.child(node, knownFrame(ids, frame, builder));
    if (node === rootNode) node = builder.child(node, builder.frame(unknownFrame));
    builder.add(node, Math.max(0, weight), profile.unit === 'none' ? weight : 1);
  }
}

/** Self time of the open frame is the gap to the next event; a clock that steps back counts as no gap. */
function addEvented(profile: Evented, ids: readonly number[], builder: ProfileBuilder): void {
  const open: { node: number; frame: number }[] = [];
  let before = profile.startValue;
  for (const event of profile.events) {
    const top = open.at(-1);
    if (top !== undefined) builder.add(top.node, Math.max(0, event.at - before), 0);
    before = Math.max(before, event.at);
    if (event.type === 'O') {
      open.push({ node: builder.child(top?.node ?? rootNode, knownFrame(ids, event.frame, builder)), frame: event.frame });
    } else if (top?.frame === event.frame) {
      open.pop();
    } else {
      throw new UnreadableInputError(
        `speedscope: expected the innermost open frame to close first, but frame ${event.frame} closes at ${event.at} while ${top?.frame ?? 'none'} is open.`,
      );
    }
  }
}

const unknownFrame: Frame = { name: '[unknown]', module: '', line: null };

function knownFrame(ids: readonly number[], frame: number, builder: ProfileBuilder): number {
  return ids[frame] ?? builder.frame(unknownFrame);
}
