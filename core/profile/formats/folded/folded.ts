// Brendan Gregg's folded stacks, also written by inferno, async-profiler (`collapsed`), py-spy (`raw`), rbspy, 0x and austin:
// `root;caller;leaf 12`. Names may contain spaces, so the weight is what follows the LAST one.
import { UnreadableInputError } from '../../../model/errors.js';
import { frameKey, parseFrameName } from '../../categories/frame-name.js';
import { endOfFrame } from '../../frame-names/java-name.js';
import { readFrame } from '../../export/folded-frame.js';
import { idleFrame } from '../../export/stacks.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import { forEachByteLine, type OnByteLine } from '../input/byte-lines.js';
import { createByteNames, type ByteNames } from '../input/byte-names.js';
import { plainMarkup } from '../drawn/markup.js';
import { detectFolded } from './folded-detect.js';
import { emptyHeader, readComment, type FoldedHeader } from './folded-header.js';
import { findStack, splitSimply, type StackSpan } from './folded-lines.js';
import { addWeight, areSampleCounts, emptyShape, type WeightShape } from './folded-weights.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { textBlock, type TextBlock } from '../input/text-words.js';
import { createLeftOut, type LeftOut } from '../input/left-out.js';

export const folded: ProfileFormat = {
  id: 'folded',
  expects: 'folded stacks (`root;caller;leaf 12` on every line)',
  tool: 'stackcollapse-*.pl, inferno-collapse-*, async-profiler `collapsed`, py-spy `raw`, rbspy, austin, 0x, phpspy',
  command: '`inferno-collapse-perf`, `asprof -o collapsed`',
  exactness: 'exact; the unit is taken from header, tool or spread, else unknown',
  detect: detectFolded,
  read: readFolded,
};

interface FoldedState {
  builder: ProfileBuilder;
  names: ByteNames;
  /** Whole stacks that were met before: keys of `places`. Profilers that do not add up write the same stack again and again. */
  stacks: ByteNames;
  places: Place[];
  /** For each frame: is it Python (austin 1 and 2 put the line in a frame of its own below), and is it such a line. */
  isPython: boolean[];
  lineOf: (number | null)[];
  header: FoldedHeader;
  shape: WeightShape;
  leftOut: LeftOut;
  lines: number;
  placed: number;
  /** Stacks that end in a number of their own. */
  doubleWeights: number;
  zeros: number;
  ownStacks: number;
  /** Weight of stacks that end where the kernel takes a thread off the CPU. */
  offCpu: number;
}

const decoder = new TextDecoder();

/** Of stacks that are remembered as a whole. */
const maxStackBytes = 1 << 25;

async function readFolded(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const state: FoldedState = {
    builder: createProfileBuilder(),
    names: createByteNames(),
    stacks: createByteNames(),
    places: [],
    isPython: [],
    lineOf: [],
    header: emptyHeader(),
    shape: emptyShape(),
    leftOut: createLeftOut({ format: 'folded stacks', expected: '`root;caller;leaf 12` on every line', records: 'lines' }),
    lines: 0,
    placed: 0,
    doubleWeights: 0,
    zeros: 0,
    ownStacks: 0,
    offCpu: 0,
  };
  const span: StackSpan = { end: 0, weight: 0, isDouble: false };
  const readLine: OnByteLine = (block, start, end) => {
    const { bytes } = block;
    state.lines++;
    if (end === start) return;
    if (bytes[start] === 35) readComment(decoder.decode(bytes.subarray(start, end)), state.header);
    else if (findStack(bytes, start, end, span)) addStack(block, start, span, state);
    else leaveOut(decoder.decode(bytes.subarray(start, end)), state);
  };
  await forEachByteLine(source, readLine, options.giveBack);
  return finish(state, options);
}

function leaveOut(line: string, state: FoldedState): void {
  if (line.trim() !== '') state.leftOut.add(`line ${state.lines}`, line.trimEnd());
}

function addStack(block: TextBlock, start: number, span: StackSpan, state: FoldedState): void {
  const { end, weight } = span;
  state.placed++;
  if (span.isDouble) state.doubleWeights++;
  if (weight === 0) {
    state.zeros++;
    return;
  }
  if (state.header.isOwn) {
    addOwnStack(block, start, span, state);
    return;
  }
  addWeight(weight, state.shape);
  const known = state.stacks.get(block.words, start, end);
  const { node, line, isOffCpu } = state.places[known] ?? placeNew(block, start, end, state);
  if (isOffCpu) state.offCpu += weight;
  state.builder.add(node, weight, samplesOf(weight, state.header));
  if (line !== null) state.builder.addLine(node, line, weight);
}

function placeNew(block: TextBlock, start: number, end: number, state: FoldedState): Place {
  const place = placeOf(block, start, end, state);
  if (state.stacks.keptBytes() > maxStackBytes) {
    state.stacks.forget();
    state.places = [];
  }
  state.stacks.set(state.places.push(place) - 1);
  return place;
}

function placeOf(block: TextBlock, start: number, end: number, state: FoldedState): Place {
  const place: Place = { node: rootNode, frame: -1, line: null, isOffCpu: false };
  if (!splitSimply(block.bytes, start, end, (from, to) => descend(block, from, to, place, state))) {
    Object.assign(place, { node: rootNode, frame: -1, line: null });
    const stack = plainMarkup(decoder.decode(block.bytes.subarray(start, end)));
    for (let at = 0; at <= stack.length;) {
      const stop = endOfFrame(stack, at);
      const name = textBlock(new TextEncoder().encode(stack.slice(at, stop)));
      descend(name, 0, name.bytes.length, place, state);
      at = stop + 1;
    }
  }
  if (place.node === rootNode) place.node = state.builder.child(rootNode, frameId(block, start, end, state));
  place.isOffCpu = switchedOff.test(decoder.decode(block.bytes.subarray(Math.max(start, end - 40), end)));
  return place;
}

/** A line that this program wrote: every semicolon separates, and names say exactly what they mean. */
function addOwnStack(block: TextBlock, start: number, { end, weight }: StackSpan, state: FoldedState): void {
  const { builder, header } = state;
  const { bytes } = block;
  let node = rootNode;
  let depth = 0;
  for (let from = start; from < end; depth++) {
    const next = bytes.indexOf(59, from);
    const stop = next === -1 || next > end ? end : next;
    node = builder.child(node, ownFrameId(block, from, stop, state));
    from = stop + 1;
  }
  const counted = header.counts[state.ownStacks];
  if (depth === 1 && header.isIdleApart && decoder.decode(bytes.subarray(start, end)) === idleFrame.name) builder.addIdle(weight, 0);
  else {
    builder.add(node, weight, counted ?? samplesOf(weight, header));
    state.ownStacks++;
  }
}

function ownFrameId({ bytes, words }: TextBlock, start: number, end: number, state: FoldedState): number {
  const known = state.names.get(words, start, end);
  if (known !== -1) return known;
  const frame = readFrame(decoder.decode(bytes.subarray(start, end)));
  const id = state.builder.frame(frame, `${frame.name}\u0000${frame.module}\u0000${frame.line ?? 0}`);
  state.names.set(id);
  return id;
}

/** Where in the tree the frames of a line have led so far. */
interface Place {
  node: number;
  frame: number;
  line: number | null;
  isOffCpu: boolean;
}

/** Where the tools that trace the scheduler find a thread that left the CPU (offcputime of bcc, `perf trace` of sched_switch). */
const switchedOff = /(?:^|[;`])(?:__)?(?:schedule|finish_task_switch)(?:\.isra\.\d+)?(?:_\[k\])?$/;

function descend(block: TextBlock, start: number, end: number, place: Place, state: FoldedState): void {
  if (start === end) return;
  const frame = frameId(block, start, end, state);
  const line = state.lineOf[frame] ?? null;
  if (line !== null && state.isPython[place.frame] === true) {
    place.line = line;
    return;
  }
  place.node = state.builder.child(place.node, frame);
  place.frame = frame;
  place.line = null;
}

function frameId({ bytes, words }: TextBlock, start: number, end: number, state: FoldedState): number {
  const known = state.names.get(words, start, end);
  if (known !== -1) return known;
  const raw = decoder.decode(bytes.subarray(start, end)).trim();
  if (raw.includes('\r'))
    throw new UnreadableInputError(
      "folded stacks: expected lines that end with a line feed, got carriage returns alone. Convert them: `tr '\\r' '\\n' < FILE > out.folded`.",
    );
  const frame = raw === '' ? { name: '[unknown]', module: '', line: null } : parseFrameName(raw);
  const id = state.builder.frame(frame, frameKey(frame));
  state.isPython[id] = frame.module.endsWith('.py');
  state.lineOf[id] = /^L\d+$/.test(raw) ? Number(raw.slice(1)) : null;
  state.names.set(id);
  return id;
}

/** One line of a tool that writes time holds the samples that fit into it; else the weight is the number of samples, until `finish` knows better. */
function samplesOf(weight: number, { unit, weightPerSample, samples }: FoldedHeader): number {
  if (samples !== null) return (weight / samples.ofWeight) * samples.counted;
  if (unit === null || unit === 'samples') return weight;
  return weightPerSample === null ? 0 : Math.max(1, Math.round(weight / weightPerSample));
}

function finish(state: FoldedState, options: ReadOptions): StackProfile {
  const { builder, header, placed, zeros } = state;
  if (!header.isOwn && placed > 0 && state.doubleWeights >= 0.95 * placed && (placed > 1 || zeros > 0 || state.doubleWeights > 1)) {
    throw new UnreadableInputError(
      'folded stacks: expected one weight per line, got two (a differential flame graph). Give one of the two captures it was made of.',
    );
  }
  state.leftOut.settle(builder, placed);
  if (placed === 0)
    throw new UnreadableInputError(
      'folded stacks: expected `root;caller;leaf 12` on every line, but the file has none. Give the unmodified output of the profiler.',
    );
  const isOffCpu = !header.isOwn && state.offCpu > 0.9 * state.shape.total;
  const isSamples = header.unit === null ? !isOffCpu && areSampleCounts(state.shape) : header.unit === 'samples';
  const samplesKnown = header.samples !== null || (isSamples && !header.isOwn) || (header.unit !== null && header.weightPerSample !== null);
  if (header.unit === null && !isSamples) builder.note('unit', 'the weights are no sample counts, so the number of samples is unknown');
  return builder.finish({
    format: 'folded',
    // No sampling of the CPU ends there but for a moment; what the weights are, microseconds or counts, is not in the text.
    kind: options.kind ?? (isOffCpu && header.kind === 'unknown' ? 'off-cpu' : header.kind),
    unit: header.unit ?? (isSamples ? 'samples' : 'unknown'),
    durationMs: header.durationMs,
    samplesKnown,
    ...(header.samples === null ? {} : { effectiveSamples: header.samples.effective }),
  });
}
