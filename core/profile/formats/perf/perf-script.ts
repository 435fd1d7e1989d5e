// Text of `perf script`: a header line per sample (`comm pid/tid [cpu] time: period event:`), frames below it leaf first
// (`address symbol+0x12 (dso)`), an empty line after it. https://man7.org/linux/man-pages/man1/perf-script.1.html
import { UnreadableInputError } from '../../../model/errors.js';
import { createProfileBuilder, detached, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import { forEachByteLine } from '../input/byte-lines.js';
import { createByteNames, type ByteNames } from '../input/byte-names.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from '../format.js';
import { createLeftOut, type LeftOut } from '../input/left-out.js';
import { createTextCache, type TextCache, type TextKey } from '../input/text-cache.js';
import { baseEvent, eventKey, kindOfEvent, unitOfEvent } from './perf-events.js';
import { parsePerfFrame } from './perf-frame.js';
import { createStackCache, type StackCache } from '../input/stack-cache.js';
import { findFrame, isPerfFrame, parsePerfHeader, type FrameSpan, type PerfHeader } from './perf-lines.js';

export const perfScript: ProfileFormat = {
  id: 'perf-script',
  expects: 'text of `perf script` (with comm, pid, time, event, ip, sym, dso)',
  tool: 'perf of Linux 3 and later (tried with 6.1)',
  command: '`perf script --no-inline -F comm,pid,tid,time,period,event,ip,sym,dso`; `perf.data` itself where `perf` is installed',
  exactness: 'exact, weighed by period; one event is ranked, the others are told',
  detect,
  read,
};

const howToCapture = 'Run `perf record -g`, then `perf script -F comm,pid,tid,time,period,event,ip,sym,dso`.';

function detect(head: ProfileHead): Detection {
  const lines = head.text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  let whole = 0;
  for (const [index, line] of lines.slice(0, 200).entries()) {
    const header = parsePerfHeader(line);
    if (header === null) continue;
    if (header.inlineFrame !== null || isPerfFrame(lines[index + 1] ?? '')) return 'yes';
    // Samples without any stack are recognised, too: the reader says what is missing.
    if (header.event !== null && header.seconds !== null && ++whole === 3) return 'yes';
  }
  return lines.length === 0 && !head.isComplete ? 'maybe' : 'no';
}

/** Samples of one event type; different events count different things and are never added up. */
interface EventTree {
  event: string;
  builder: ProfileBuilder;
  /** Frame ids by symbol and dso. */
  names: ByteNames;
  /** Frame ids by whole lines, address included. */
  frameLines: TextCache;
  /** The callers of a leaf, up to the end of their sample: places of their ids in `callers`. */
  callerLines: TextCache;
  callers: Int32Array[];
  placed: StackCache;
  processes: Map<string, number>;
  samples: number;
  withoutStack: number;
  withoutPeriod: number;
  firstSeconds: number | null;
  lastSeconds: number | null;
}

interface ReaderState {
  events: Map<string, EventTree>;
  header: PerfHeader | null;
  tree: EventTree | null;
  /** Frames of the open sample, leaf first, and how many of them count. */
  stack: Int32Array;
  depth: number;
  lines: number;
  leftOut: LeftOut;
  /** Callers that are being read for the first time, to be remembered when their sample ends. */
  unread: { key: TextKey; lines: number } | null;
  /** The line that is read next, when its end was seen. */
  unset: TextKey | null;
}

const maxEvents = 16;
const decoder = new TextDecoder();
const unnamedEvent = 'samples';

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const state: ReaderState = {
    events: new Map(),
    header: null,
    tree: null,
    stack: new Int32Array(256),
    depth: 0,
    lines: 0,
    unread: null,
    unset: null,
    leftOut: createLeftOut({ format: 'perf script', expected: 'headers of samples with frames below them', records: 'lines' }),
  };
  const span: FrameSpan = { symbolStart: 0, symbolEnd: 0, dsoStart: 0, dsoEnd: 0 };
  await forEachByteLine(
    source,
    (bytes, start, end) => {
      state.lines++;
      if (state.tree === null || !findFrame(bytes, start, end, span)) {
        readOther(bytes, start, end, state);
        return;
      }
      const frame = pushFrame(bytes, span, state);
      if (state.unset !== null) state.tree.frameLines.set(state.unset, frame);
      state.unset = null;
    },
    (bytes, start) => takeKnownFrame(bytes, start, state),
  );
  flush(state);
  return finish(state, options);
}

/**
 * Frames are indented by a tab; most of them were met before. The callers of a leaf are the same bytes whenever the same way led to it, so they are
 * looked up together; the leaf alone has many addresses.
 */
function takeKnownFrame(bytes: Uint8Array, start: number, state: ReaderState): number {
  const { tree } = state;
  if (tree === null || bytes[start] !== 9) return -1;
  if (state.depth === 1) {
    const place = tree.callerLines.get(bytes, start);
    const end = tree.callerLines.end();
    const known = tree.callers[place];
    if (known !== undefined) {
      for (const frame of known) pushId(frame, state);
      state.lines += known.length;
      return end + 1;
    }
    state.unread = end === -1 ? null : { key: tree.callerLines.key(), lines: state.lines };
  }
  const frame = tree.frameLines.get(bytes, start);
  if (frame === -1) {
    state.unset = tree.frameLines.end() === -1 ? null : tree.frameLines.key();
    return -1;
  }
  state.lines++;
  pushId(frame, state);
  return tree.frameLines.end() + 1;
}

/** 32 MB of ids at most: a file whose every stack is new is read frame by frame. */
const maxCallers = 300_000;

/** Remembers callers of which every line was a frame; the empty line behind them is counted already. */
function rememberCallers(tree: EventTree, { stack, depth, lines, unread }: ReaderState): void {
  if (unread === null || lines - unread.lines !== depth || tree.callers.length >= maxCallers) return;
  tree.callerLines.set(unread.key, tree.callers.push(stack.slice(1, depth)) - 1);
}

function readOther(bytes: Uint8Array, start: number, end: number, state: ReaderState): void {
  state.unset = null;
  const line = decoder.decode(bytes.subarray(start, end));
  if (line.trim() === '') {
    // An empty line between a header and its frames ends nothing; the next header will.
    if (state.depth > 0) {
      if (state.tree !== null) rememberCallers(state.tree, state);
      flush(state);
    }
    return;
  }
  if (line.startsWith('#')) return;
  const header = parsePerfHeader(line);
  if (header === null) {
    // Source lines (`-F +srcline`) stand indented under a frame.
    if (state.header === null || !/^\s.*:\d+$/.test(line)) state.leftOut.add(`line ${state.lines}`, line);
    return;
  }
  flush(state);
  state.header = header;
  state.tree = eventTree(header, state);
  if (header.inlineFrame === null) return;
  const frame = new TextEncoder().encode(header.inlineFrame);
  const span: FrameSpan = { symbolStart: 0, symbolEnd: 0, dsoStart: 0, dsoEnd: 0 };
  if (findFrame(frame, 0, frame.length, span)) pushFrame(frame, span, state);
}

function pushFrame(bytes: Uint8Array, span: FrameSpan, state: ReaderState): number {
  const { tree } = state;
  if (tree === null) return -1;
  const { symbolStart, symbolEnd, dsoStart, dsoEnd } = span;
  let id = tree.names.get(bytes, symbolStart, symbolEnd, dsoStart, dsoEnd);
  if (id === -1) {
    const frame = parsePerfFrame(decoder.decode(bytes.subarray(symbolStart, symbolEnd)), decoder.decode(bytes.subarray(dsoStart, dsoEnd)));
    id = tree.builder.frame(frame);
    tree.names.set(bytes, id);
  }
  pushId(id, state);
  return id;
}

function pushId(id: number, state: ReaderState): void {
  if (state.depth === state.stack.length) {
    const deeper = new Int32Array(state.depth * 2);
    deeper.set(state.stack);
    state.stack = deeper;
  }
  state.stack[state.depth++] = id;
}

function eventTree(header: PerfHeader, state: ReaderState): EventTree {
  const event = header.event === null ? unnamedEvent : eventKey(header.event);
  const known = state.events.get(event);
  if (known !== undefined) return known;
  if (state.events.size >= maxEvents) {
    throw new UnreadableInputError(
      `perf script: expected at most ${maxEvents} event types, got more. Is this a trace instead of a profile?`,
    );
  }
  const made: EventTree = {
    event: detached(event),
    builder: createProfileBuilder(),
    names: createByteNames(),
    frameLines: createTextCache({ untilBlank: false, slots: 1 << 17 }),
    callerLines: createTextCache({ untilBlank: true, slots: 1 << 16 }),
    callers: [],
    placed: createStackCache(),
    processes: new Map(),
    samples: 0,
    withoutStack: 0,
    withoutPeriod: 0,
    firstSeconds: header.seconds,
    lastSeconds: header.seconds,
  };
  state.events.set(made.event, made);
  return made;
}

function flush(state: ReaderState): void {
  const { header, tree, stack, depth } = state;
  state.header = null;
  state.tree = null;
  state.depth = 0;
  state.unread = null;
  if (header === null || tree === null) return;
  if (header.isBare && depth === 0) {
    state.leftOut.add(`before line ${state.lines}`, header.comm);
    return;
  }
  const { builder } = tree;
  const { seconds } = header;
  tree.samples++;
  if (header.period === null) tree.withoutPeriod++;
  if (seconds !== null) {
    tree.firstSeconds = Math.min(tree.firstSeconds ?? seconds, seconds);
    tree.lastSeconds = Math.max(tree.lastSeconds ?? seconds, seconds);
  }
  const weight = header.period ?? 1;
  if (depth === 0) tree.withoutStack++;
  if (depth === 0 && header.comm === 'swapper') {
    builder.addIdle(weight, 1);
    return;
  }
  const root = header.comm === '' ? rootNode : builder.child(rootNode, processFrame(tree, header.comm));
  builder.add(depth === 0 ? builder.child(root, builder.frame(unnamedFrame)) : placeStack(tree, root, stack, depth), weight, 1);
}

const unnamedFrame = { name: '[unknown]', module: '', line: null };

function placeStack({ builder, placed }: EventTree, root: number, stack: Int32Array, depth: number): number {
  const known = placed.get(root, stack, depth);
  if (known !== -1) return known;
  let node = root;
  for (let at = depth - 1; at >= 0; at--) node = builder.child(node, stack[at] ?? 0);
  placed.set(root, stack, depth, node);
  return node;
}

function processFrame(tree: EventTree, comm: string): number {
  const known = tree.processes.get(comm);
  if (known !== undefined) return known;
  const made = tree.builder.frame({ name: comm, module: '[process]', line: null });
  tree.processes.set(detached(comm), made);
  return made;
}

function finish(state: ReaderState, options: ReadOptions): StackProfile {
  const trees = [...state.events.values()].filter((tree) => tree.samples > 0);
  const chosen = chooseEvent(trees, options);
  if (chosen === undefined) {
    const wanted = options.valueType === undefined ? '' : ` of event ${options.valueType}`;
    const seen = trees.map((tree) => tree.event).join(', ') || 'none';
    throw new UnreadableInputError(`perf script: expected samples${wanted}, got events: ${seen}. ${howToCapture}`);
  }
  if (chosen.withoutStack === chosen.samples) {
    throw new UnreadableInputError(
      `perf script: expected stacks, got ${chosen.samples} samples of ${chosen.event} without any frame. ${howToCapture}`,
    );
  }
  const { builder } = chosen;
  const placed = trees.reduce((sum, tree) => sum + tree.samples, 0);
  const dropped = trees.filter((tree) => tree !== chosen).map((tree) => `${tree.event} (${tree.samples} samples)`);
  if (dropped.length > 0) builder.note('other-events', `ranked ${chosen.event} only; not added to it: ${dropped.join(', ')}`);
  state.leftOut.settle(builder, placed);
  const isCounted = chosen.withoutPeriod === chosen.samples;
  const countsOnly = !isCounted && areBrokenPeriods(chosen);
  const { firstSeconds, lastSeconds } = chosen;
  return builder.finish({
    format: 'perf-script',
    kind: options.kind ?? kindOfEvent(chosen.event),
    unit: isCounted || countsOnly ? 'samples' : unitOfEvent(chosen.event),
    durationMs: chosen.samples > 1 && firstSeconds !== null && lastSeconds !== null ? (lastSeconds - firstSeconds) * 1000 : null,
    samplesKnown: true,
    countsOnly,
  });
}

/** Samples of a CPU event at a steady rate weigh alike. When a handful carries nearly all, the period of some sample is wrong. */
const leastEvenness = 0.05;
const samplesToJudge = 20;

function areBrokenPeriods(tree: EventTree): boolean {
  const { samples, effectiveSamples, largestShare } = tree.builder.measured();
  if (tree.withoutPeriod > 0) {
    tree.builder.note('uneven-weights', `${tree.withoutPeriod} of ${tree.samples} samples have no period: samples are counted instead`);
    return true;
  }
  if (kindOfEvent(tree.event) !== 'cpu' || samples < samplesToJudge || effectiveSamples >= leastEvenness * samples) return false;
  tree.builder.note(
    'uneven-weights',
    `one sample of ${samples} carries ${(Math.floor(largestShare * 10_000) / 100).toFixed(2)} % of the weight, as no steady sampling does: samples are counted instead of periods`,
  );
  return true;
}

function chooseEvent(trees: readonly EventTree[], options: ReadOptions): EventTree | undefined {
  const { valueType, kind } = options;
  if (valueType !== undefined) return trees.find((tree) => tree.event === valueType || baseEvent(tree.event) === valueType);
  const wanted = kind === undefined ? undefined : trees.find((tree) => kindOfEvent(tree.event) === kind);
  return wanted ?? trees.find((tree) => kindOfEvent(tree.event) === 'cpu') ?? trees[0];
}
