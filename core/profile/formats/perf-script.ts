// Text of `perf script`: a header line per sample (`comm pid/tid [cpu] time: period event:`), frames below it leaf first
// (`address symbol+0x12 (dso)`), an empty line after it. https://man7.org/linux/man-pages/man1/perf-script.1.html
import { UnreadableInputError } from '../../model/errors.js';
import type { ProfileKind } from '../../model/profile.js';
import { createProfileBuilder, detached, rootNode, type ProfileBuilder } from '../profile-builder.js';
import type { StackProfile } from '../stack-profile.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from './format.js';
import { isPerfFrame, parsePerfFrame, parsePerfHeader, splitPerfFrame, symbolStart, type PerfHeader } from './perf-lines.js';
import { forEachLine } from './text-lines.js';

export const perfScript: ProfileFormat = {
  id: 'perf-script',
  expects: 'text of `perf script` (with comm, pid, time, event, ip, sym, dso)',
  detect,
  read,
};

function detect(head: ProfileHead): Detection {
  const lines = head.text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  for (const [index, line] of lines.slice(0, 200).entries()) {
    const header = parsePerfHeader(line);
    if (header === null) continue;
    if (header.inlineFrame !== null || isPerfFrame(lines[index + 1] ?? '')) return 'yes';
  }
  return lines.length === 0 && !head.isComplete ? 'maybe' : 'no';
}

/** Samples of one event type; different events count different things and are never added up. */
interface EventTree {
  event: string;
  builder: ProfileBuilder;
  /** dso → symbol → frame, so that a known frame is found without building a key. */
  frameIds: Map<string, Map<string, number>>;
  samples: number;
  hasPeriod: boolean;
  firstSeconds: number;
  lastSeconds: number;
}

interface ReaderState {
  events: Map<string, EventTree>;
  header: PerfHeader | null;
  tree: EventTree | null;
  /** Frames of the open sample, leaf first. */
  stack: number[];
  unreadable: number;
}

const maxEvents = 16;

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const state: ReaderState = { events: new Map(), header: null, tree: null, stack: [], unreadable: 0 };
  await forEachLine(source, (line) => readLine(line, state));
  flush(state);
  return finish(state, options);
}

function readLine(line: string, state: ReaderState): void {
  if (line === '' || line.trim() === '') {
    flush(state);
    return;
  }
  const symbol = state.tree === null ? -1 : symbolStart(line);
  if (symbol !== -1) {
    pushFrame(line, symbol, state);
    return;
  }
  if (line.startsWith('#')) return;
  const header = parsePerfHeader(line);
  if (header === null) {
    // Source lines (`-F +srcline`) and inlined call chains stand indented under a frame; anything else is counted.
    if (state.header === null || !/^\s/.test(line)) state.unreadable++;
    return;
  }
  flush(state);
  state.header = header;
  state.tree = eventTree(header, state);
  if (header.inlineFrame !== null) pushFrame(header.inlineFrame, symbolStart(header.inlineFrame), state);
}

function pushFrame(line: string, start: number, state: ReaderState): void {
  const { tree } = state;
  if (tree === null) return;
  const [symbol, dso] = splitPerfFrame(line, start);
  const inDso = tree.frameIds.get(dso) ?? new Map<string, number>();
  if (inDso.size === 0) tree.frameIds.set(detached(dso), inDso);
  let id = inDso.get(symbol);
  if (id === undefined) {
    id = tree.builder.frame(parsePerfFrame(symbol, dso));
    inDso.set(detached(symbol), id);
  }
  state.stack.push(id);
}

function eventTree(header: PerfHeader, state: ReaderState): EventTree {
  const known = state.events.get(header.event);
  if (known !== undefined) return known;
  if (state.events.size >= maxEvents) {
    throw new UnreadableInputError(
      `perf script: expected at most ${maxEvents} event types, got more. Is this a trace instead of a profile?`,
    );
  }
  const made: EventTree = {
    event: detached(header.event),
    builder: createProfileBuilder(),
    frameIds: new Map(),
    samples: 0,
    hasPeriod: header.period !== null,
    firstSeconds: header.seconds,
    lastSeconds: header.seconds,
  };
  state.events.set(made.event, made);
  return made;
}

function flush(state: ReaderState): void {
  const { header, tree, stack } = state;
  state.header = null;
  state.tree = null;
  state.stack = [];
  if (header === null || tree === null) return;
  const weight = tree.hasPeriod ? (header.period ?? 0) : 1;
  tree.samples++;
  tree.firstSeconds = Math.min(tree.firstSeconds, header.seconds);
  tree.lastSeconds = Math.max(tree.lastSeconds, header.seconds);
  if (header.comm === 'swapper') {
    tree.builder.addIdle(weight, 1);
    return;
  }
  const { builder } = tree;
  let node = builder.child(rootNode, builder.frame({ name: header.comm, module: '[process]', line: null }));
  if (stack.length === 0) stack.push(builder.frame({ name: '[unknown]', module: '', line: null }));
  for (let at = stack.length - 1; at >= 0; at--) node = builder.child(node, stack[at] ?? 0);
  builder.add(node, weight, 1);
}

function finish(state: ReaderState, options: ReadOptions): StackProfile {
  const trees = [...state.events.values()];
  const chosen = chooseEvent(trees, options);
  if (chosen === undefined) {
    const wanted = options.valueType === undefined ? '' : ` of event ${options.valueType}`;
    const seen = trees.map((tree) => tree.event).join(', ') || 'none';
    throw new UnreadableInputError(
      `perf script: expected samples${wanted}, got events: ${seen}. Run \`perf script -F comm,pid,tid,time,period,event,ip,sym,dso\`.`,
    );
  }
  const dropped = trees.filter((tree) => tree !== chosen).map((tree) => `${tree.event} (${tree.samples} samples)`);
  if (dropped.length > 0) chosen.builder.note('other-events', `ranked ${chosen.event} only; not added to it: ${dropped.join(', ')}`);
  if (state.unreadable > 0) chosen.builder.note('malformed-lines', `${state.unreadable} lines were neither header nor frame`);
  return chosen.builder.finish({
    format: 'perf-script',
    kind: options.kind ?? kindOf(chosen.event),
    unit: chosen.hasPeriod ? unitOf(chosen.event) : 'samples',
    durationMs: chosen.samples > 1 ? Math.max(0, chosen.lastSeconds - chosen.firstSeconds) * 1000 : null,
    samplesKnown: true,
  });
}

function chooseEvent(trees: readonly EventTree[], options: ReadOptions): EventTree | undefined {
  const { valueType, kind } = options;
  if (valueType !== undefined) return trees.find((tree) => tree.event === valueType || baseEvent(tree.event) === valueType);
  const wanted = kind === undefined ? undefined : trees.find((tree) => kindOf(tree.event) === kind);
  return wanted ?? trees.find((tree) => kindOf(tree.event) === 'cpu') ?? trees[0];
}

/** `cpu-clock:u`, `cpu-clock/freq=199/`, `cpu/cycles/pp` → the event without its modifiers. */
function baseEvent(event: string): string {
  const named = /^cpu\/([\w-]+)/.exec(event)?.[1];
  return named ?? event.replace(/[/:].*$/, '');
}

function kindOf(event: string): ProfileKind {
  if (/^sched:sched_(?:switch|stat)|^context-switches|^cs$/.test(event)) return 'off-cpu';
  if (/^lock:|futex/.test(event)) return 'lock';
  return /^(?:cpu-clock|task-clock|cycles|cpu-cycles|ref-cycles|instructions|cpu_core|cpu_atom|bus-cycles)$/.test(baseEvent(event))
    ? 'cpu'
    : 'unknown';
}

function unitOf(event: string): string {
  const base = baseEvent(event);
  return base === 'cpu-clock' || base === 'task-clock' ? 'nanoseconds' : /cycles/.test(base) ? 'cycles' : 'events';
}
