// https://github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources (also written by py-spy, rbspy, dotnet-trace, pyroscope)
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame, ProfileKind } from '../../../model/profile.js';
import { frameKey, parseFrameName } from '../../categories/frame-name.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from '../format.js';
import { numberOf, parseJson, readJsonParts } from '../input/json-parts.js';
import { createSpeedscopeStacks, type SpeedscopeStacks } from './speedscope-stacks.js';
import { profileExtension, type ProfileExtension } from './speedscope-extension.js';
import { numeric } from '../v8/v8-profile.js';

export const speedscope: ProfileFormat = {
  id: 'speedscope',
  expects: 'speedscope JSON (`$schema` of speedscope.app)',
  tool: 'speedscope files of py-spy, rbspy, dotnet-trace, pyinstrument, Pyroscope and others',
  command: '`py-spy record -f speedscope`',
  exactness: 'exact; the kind is not in the file',
  detect,
  read,
};

const frameSchema = z.object({ name: z.string(), file: z.string().nullish(), line: numeric.nullish() });
const profileSchema = z.object({
  type: z.enum(['sampled', 'evented']),
  name: z.string().default(''),
  unit: z.string().default('none'),
  endValue: numeric.nullish(),
});
const fileSchema = z.object({
  shared: z.object({ frames: z.array(frameSchema) }),
  profiles: z.array(profileSchema).min(1),
  activeProfileIndex: z.number().nullish(),
  perfResponder: profileExtension.optional(),
});
type ProfileHeader = z.infer<typeof profileSchema>;

function detect(head: ProfileHead): Detection {
  const start = head.text.trimStart();
  if (!start.startsWith('{')) return 'no';
  if (/"\$schema"\s*:\s*"[^"]*speedscope/.test(start)) return 'yes';
  if (/"shared"\s*:\s*\{\s*"frames"/.test(start)) return 'yes';
  // A file of this format names its schema, or its frames, or a profile of its kinds, in the first megabyte: more cannot be asked for.
  if (/"type"\s*:\s*"(?:sampled|evented)"/.test(start) && /"profiles"\s*:\s*\[/.test(start)) return 'yes';
  return 'no';
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const stacks = createSpeedscopeStacks();
  const { document, ending } = await readJsonParts(source, 'speedscope', {
    'profiles.*.samples': (element, [profile = 0]) => stacks.addSample(profile, parseJson(element, 'speedscope')),
    'profiles.*.weights': (element, [profile = 0]) => stacks.addWeight(profile, numberOf(element)),
    'profiles.*.events': (element, [profile = 0]) => stacks.addEvent(profile, parseJson(element, 'speedscope')),
  });
  if (ending !== 'whole')
    throw new UnreadableInputError('speedscope: expected JSON to its end, but the file ends early. Is the download or copy complete?');
  const file = fileSchema.safeParse(document);
  if (!file.success) throw new UnreadableInputError(`speedscope: expected shared.frames and profiles. ${z.prettifyError(file.error)}`);
  const { profiles, shared, perfResponder } = file.data;
  const { chosen, unit } = chooseProfiles(profiles, stacks, options, file.data.activeProfileIndex);
  const builder = createProfileBuilder();
  const ids = shared.frames.map((frame) => {
    const parsed = toFrame(frame);
    return builder.frame(parsed, perfResponder === undefined ? frameKey(parsed) : `${frameKey(parsed)}\u0000${parsed.line ?? 0}`);
  });
  let samplesKnown = true;
  for (const index of chosen) {
    if (!addProfile(index, profiles[index], { stacks, ids, builder, perfResponder })) samplesKnown = false;
  }
  if (chosen.length > 1) builder.note('threads', `${chosen.length} profiles of one unit in one ranking`);
  const others = profiles.filter((profile, index) => profile.unit !== unit && !stacks.isEmpty(index)).length;
  if (others > 0) builder.note('other-values', `${others} profiles of other units left out`);
  return builder.finish({
    format: 'speedscope',
    kind: options.kind ?? perfResponder?.kind ?? kindOf(unit),
    unit: perfResponder?.unit ?? (unit === 'none' ? 'samples' : unit),
    durationMs: perfResponder?.durationMs ?? null,
    samplesKnown,
    ...(perfResponder?.effectiveSamples == null ? {} : { effectiveSamples: perfResponder.effectiveSamples }),
  });
}

function kindOf(unit: string): ProfileKind {
  return unit === 'bytes' ? 'alloc' : 'unknown';
}

function toFrame({ name, file, line }: z.infer<typeof frameSchema>): Frame {
  return file == null ? parseFrameName(name) : { name, module: file, line: line != null && line > 0 ? line : null };
}

/** All profiles of the unit that is shown first (threads of one capture), or the one that was asked for. Empty ones choose nothing. */
function chooseProfiles(
  profiles: readonly ProfileHeader[],
  stacks: SpeedscopeStacks,
  { valueType }: ReadOptions,
  active: number | null | undefined,
): { chosen: number[]; unit: string } {
  const named = valueType === undefined ? -1 : profiles.findIndex((profile) => profile.name === valueType || profile.unit === valueType);
  const filled = profiles.map((_, index) => index).filter((index) => !stacks.isEmpty(index));
  const shown = filled.find((index) => index === active) ?? filled[0] ?? 0;
  const unit = profiles[named === -1 ? shown : named]?.unit ?? 'none';
  const isByName = named !== -1 && profiles[named]?.name === valueType;
  return { unit, chosen: isByName ? [named] : filled.filter((index) => profiles[index]?.unit === unit) };
}

/** As `frameKey` with its line has it. */
const idleKey = '(idle)\u0000\u00000';

interface Target {
  stacks: SpeedscopeStacks;
  ids: readonly number[];
  builder: ProfileBuilder;
  perfResponder: ProfileExtension | undefined;
}

/** Adds one profile; false = its records do not tell the number of samples. */
function addProfile(index: number, header: ProfileHeader | undefined, { stacks, ids, builder, perfResponder }: Target): boolean {
  if (header === undefined) return false;
  const { nodes, weights, notes } = stacks.records(index, header.endValue ?? null);
  for (const [id, detail] of notes) builder.note(id, detail);
  const counts = perfResponder === undefined ? countsOf(header, weights) : (perfResponder.samples ?? null);
  const placeOf = stacks.placesIn(builder, ids, perfResponder !== undefined);
  const isIdleApart = perfResponder?.idleWeight != null;
  const idleNode = isIdleApart ? builder.child(rootNode, builder.frame({ name: '(idle)', module: '', line: null }, idleKey)) : -1;
  for (let at = 0; at < nodes.length; at++) {
    const weight = weights[at] ?? 1;
    const node = placeOf(nodes[at] ?? rootNode);
    if (node === idleNode) builder.addIdle(weight, 0);
    else builder.add(node, weight, counts?.[at] ?? 0);
  }
  for (const [record, line, weight] of perfResponder?.lines ?? []) {
    const node = nodes[record];
    if (node !== undefined) builder.addLine(placeOf(node), line, weight);
  }
  return counts !== null;
}

/** Sampling at a steady rate jitters; by this factor around the middle a record is one sample. */
const jitter = 4;
const recordsToJudge = 20;

/** How many samples each record stands for: its weight where that has no unit, one where all weigh about the same; null = it cannot be told. */
function countsOf({ unit, type }: ProfileHeader, weights: ArrayLike<number>): ArrayLike<number> | null {
  if (type === 'evented' || weights.length === 0) return null;
  const all = Float64Array.from(weights);
  if (unit === 'none') return all.every((weight) => Number.isInteger(weight)) ? weights : null;
  if (unit === 'bytes') return null;
  const ones = new Float64Array(all.length).fill(1);
  const sorted = all.toSorted();
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const isEqual = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0) <= 1e-6 * middle;
  if (isEqual) return ones;
  const outliers = all.reduce((count, weight) => count + (weight * jitter < middle || weight > middle * jitter ? 1 : 0), 0);
  return all.length >= recordsToJudge && outliers <= 0.05 * all.length ? ones : null;
}
