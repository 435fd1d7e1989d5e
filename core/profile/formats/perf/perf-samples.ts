import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import { withoutReturn } from '../input/byte-lines.js';
import type { Callers } from './known-callers.js';
import { createLeftOut, type LeftOut } from '../input/left-out.js';
import { findLineEnd, textBlock, type TextBlock } from '../input/text-words.js';
import { createEventTree, frameIn, placeStack, placeUnderCallers, processNode, type EventTree } from './perf-event-tree.js';
import { eventKey } from './perf-events.js';
import { createPerfHeaderReader, type ReadPerfHeader } from './perf-header-reader.js';
import { findFrame, type FrameSpan, type PerfHeader } from './perf-lines.js';

/** Where the reader of perf text stands. */
export interface PerfSamples {
  events: Map<string, EventTree>;
  /** The same by the event as it stands in headers. */
  byHeader: Map<string | null, EventTree>;
  leftOut: LeftOut;
  lines: number;
  /** The open sample: its header and tree, its frames, leaf first, and how many of them count. */
  header: PerfHeader | null;
  tree: EventTree | null;
  stack: Int32Array;
  depth: number;
  /** The frame that stands behind its event, on the header line: of a sample of one line. -1 = none. */
  inline: number;
  /** Its callers, where they were known as a whole: then only the leaf stands in `stack`. */
  callers: Callers | null;
  /** Lines read before callers that are met for the first time, to be remembered when their sample ends; -1 = none. */
  unreadFrom: number;
  readHeader: ReadPerfHeader;
  span: FrameSpan;
}

const maxEvents = 16;
const decoder = new TextDecoder();
const unnamedEvent = 'samples';
const tab = 9;
const space = 32;
const firstBeyondAscii = 127;

export function createPerfSamples(): PerfSamples {
  return {
    events: new Map(),
    byHeader: new Map(),
    leftOut: createLeftOut({ format: 'perf script', expected: 'headers of samples with frames below them', records: 'lines' }),
    lines: 0,
    header: null,
    tree: null,
    stack: new Int32Array(256),
    depth: 0,
    inline: -1,
    callers: null,
    unreadFrom: -1,
    readHeader: createPerfHeaderReader(),
    span: { symbolStart: 0, symbolEnd: 0, dsoStart: 0, dsoEnd: 0, isSure: false },
  };
}

export function readPerfLines(block: TextBlock, start: number, end: number, state: PerfSamples): void {
  for (let at = start; at < end;) at = readNext(block, at, end, state);
}

/** Reads one line, or all callers of a leaf when they are known; returns where the next line begins. */
function readNext(block: TextBlock, start: number, end: number, state: PerfSamples): number {
  const { tree } = state;
  // Frames are indented by a tab; most of them were met before, except leaves, which have many addresses.
  const isCaller = tree !== null && state.depth > 0 && block.bytes[start] === tab;
  if (isCaller) {
    if (state.depth === 1 && takeKnownCallers(block, start, tree, state)) return tree.callers.end();
    const frame = tree.frameLines.get(block.words, start);
    if (frame !== -1) {
      state.lines++;
      pushId(frame, state);
      return tree.frameLines.end() + 1;
    }
  }
  const lineEnd = findLineEnd(block.words, start, end);
  const stop = withoutReturn(block.bytes, start, lineEnd);
  state.lines++;
  if (tree !== null && findFrame(block.bytes, start, stop, state.span) && !isHeaderAfterAll(block, start, stop, state)) {
    const frame = frameIn(tree, block, state.span);
    pushId(frame, state);
    if (isCaller) tree.frameLines.set(frame);
  } else readOther(block, start, stop, lineEnd + 1, state);
  return lineEnd + 1;
}

/**
 * perf indents the headers of samples of one line (`-G`, tracepoints) by blanks, and they may end in brackets as frames do:
 * `    dd  12 3.456789:  1001001 cycles:  5642a62d717a main (/bin/dd)`.
 */
function isHeaderAfterAll(block: TextBlock, start: number, end: number, { span, readHeader }: PerfSamples): boolean {
  if (span.isSure) return false;
  const header = readHeader(block, start, end);
  return header !== null && header.event !== null && (header.seconds !== null || header.inlineFrame !== null);
}

/** Takes all callers of a leaf and the empty line behind them, when they are known. */
function takeKnownCallers({ words }: TextBlock, start: number, { callers }: EventTree, state: PerfSamples): boolean {
  const known = callers.find(words, start);
  if (known === null) {
    state.unreadFrom = state.lines;
    return false;
  }
  state.callers = known;
  state.lines += known.ids.length + 1;
  endSample(state);
  return true;
}

/** Remembers callers of which every line was a frame; the empty line behind them is counted already. */
function rememberCallers(
  { words }: TextBlock,
  end: number,
  { callers }: EventTree,
  { stack, depth, lines, unreadFrom }: PerfSamples,
): void {
  if (unreadFrom === -1 || lines - unreadFrom !== depth) return;
  callers.remember(words, end, stack.slice(1, depth));
}

function readOther(block: TextBlock, start: number, end: number, next: number, state: PerfSamples): void {
  if (isEmpty(block, start, end)) {
    // An empty line between a header and its frames ends nothing; the next header will.
    if (state.depth === 0) return;
    if (state.tree !== null) rememberCallers(block, next, state.tree, state);
    endSample(state);
    return;
  }
  if (block.bytes[start] === 35) return;
  const header = state.readHeader(block, start, end);
  if (header === null) {
    const line = decoder.decode(block.bytes.subarray(start, end));
    if (sideband.test(line)) return;
    if (state.header === null || !sourceLine.test(line)) state.leftOut.add(`line ${state.lines}`, line);
    return;
  }
  endSample(state);
  if (header.event?.startsWith('PERF_RECORD_') === true) return;
  state.header = header;
  state.tree = treeOf(header, state);
  if (header.inlineFrame === null) return;
  const inline = textBlock(new TextEncoder().encode(header.inlineFrame));
  if (findFrame(inline.bytes, 0, inline.bytes.length, state.span)) state.inline = frameIn(state.tree, inline, state.span);
}

/** What `-F +srcline` puts indented under a frame: `  app.c:4`, `  ??:0`, `  libc.so.6[89f10]`. */
const sourceLine = /^\s.*(?::(?:\d+|\?)|\[[\da-f]+\])(?: \(discriminator \d+\))?$/;

/** What `--show-mmap-events` and its like print between the samples; samples that were lost are told. */
const sideband = /\bPERF_RECORD_(?!LOST)[A-Z\d_]+/;

function isEmpty({ bytes }: TextBlock, start: number, end: number): boolean {
  if (start === end) return true;
  // Headers begin with a command: no string has to be made to see that.
  const first = bytes[start] ?? 0;
  return !(first > space && first < firstBeyondAscii) && decoder.decode(bytes.subarray(start, end)).trim() === '';
}

function pushId(id: number, state: PerfSamples): void {
  if (state.depth === state.stack.length) {
    const deeper = new Int32Array(state.depth * 2);
    deeper.set(state.stack);
    state.stack = deeper;
  }
  state.stack[state.depth++] = id;
}

function treeOf({ event, seconds }: PerfHeader, state: PerfSamples): EventTree {
  const asked = state.byHeader.get(event);
  if (asked !== undefined) return asked;
  const key = event === null ? unnamedEvent : eventKey(event);
  let tree = state.events.get(key);
  if (tree === undefined) {
    if (state.events.size >= maxEvents) {
      throw new UnreadableInputError(
        `perf script: expected at most ${maxEvents} event types, got more. Is this a trace instead of a profile?`,
      );
    }
    tree = createEventTree(key, seconds);
    state.events.set(tree.event, tree);
  }
  // Names that differ only by the kind of core are few; a file that invents them is no reason to keep them all.
  if (state.byHeader.size < 1000) state.byHeader.set(event, tree);
  return tree;
}

/** Puts the open sample, if there is one, in its place. */
export function endSample(state: PerfSamples): void {
  // Where frames follow, what looks like one on the header line is data of the event, such as what a load of memory met.
  if (state.depth === 0 && state.inline !== -1) pushId(state.inline, state);
  state.inline = -1;
  const { header, tree, depth } = state;
  if (header !== null && tree !== null) {
    if (header.isBare && depth === 0) state.leftOut.add(`before line ${state.lines}`, header.comm);
    else addSample(header, tree, state);
  }
  state.header = null;
  state.tree = null;
  state.depth = 0;
  state.callers = null;
  state.unreadFrom = -1;
}

const unnamedFrame: Frame = { name: '[unknown]', module: '', line: null };

function addSample({ comm, seconds, period }: PerfHeader, tree: EventTree, { stack, depth, callers }: PerfSamples): void {
  const { builder } = tree;
  tree.samples++;
  if (period === null) tree.withoutPeriod++;
  if (seconds !== null) {
    tree.firstSeconds = Math.min(tree.firstSeconds ?? seconds, seconds);
    tree.lastSeconds = Math.max(tree.lastSeconds ?? seconds, seconds);
  }
  const weight = period ?? 1;
  if (depth === 0) tree.withoutStack++;
  if (depth === 0 && comm === 'swapper') {
    builder.addIdle(weight, 1);
    return;
  }
  const root = processNode(tree, comm);
  if (depth === 0) builder.add(builder.child(root, builder.frame(unnamedFrame)), weight, 1);
  else if (callers === null) builder.add(placeStack(tree, root, stack, depth), weight, 1);
  else builder.add(placeUnderCallers(tree, root, stack[0] ?? 0, callers), weight, 1);
}
