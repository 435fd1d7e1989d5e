// The call graph of macOS `sample PID` and `spindump`-like reports: indented lines `+ ! 1234 name  (in library) + 12  [0x…]`, inclusive counts.
import { UnreadableInputError } from '../../model/errors.js';
import type { Frame } from '../../model/profile.js';
import { createProfileBuilder, detached, rootNode, type ProfileBuilder } from '../profile-builder.js';
import type { StackProfile } from '../stack-profile.js';
import type { ProfileFormat, ReadOptions } from './format.js';
import { forEachLine } from './input/text-lines.js';

export const macosSample: ProfileFormat = {
  id: 'macos-sample',
  expects: 'call graph of macOS `sample`',
  tool: 'macOS `sample`',
  command: '`sample PID 10 -file x.txt`',
  exactness: 'exact counts of all threads, working or waiting; from the layout of macOS 12 to 15, not tried on one here',
  detect: ({ text }) =>
    /^Call graph:\s*$/m.test(text) && /^(?:Analysis of sampling |Sampling process |Process: |Call graph:\s+\d+ Thread_)/m.test(text)
      ? 'yes'
      : 'no',
  read,
};

interface Open {
  indent: number;
  count: number;
  children: number;
  node: number;
  text: string;
}

interface State {
  builder: ProfileBuilder;
  open: Open[];
  isInGraph: boolean;
  isOver: boolean;
  roots: number;
  intervalMs: number;
  longest: number;
  /** The frame's line before this one: a paste may have wrapped it. */
  held: string;
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const state: State = {
    builder: createProfileBuilder(),
    open: [],
    isInGraph: false,
    isOver: false,
    roots: 0,
    intervalMs: 0,
    longest: 0,
    held: '',
  };
  await forEachLine(source, (line) => {
    readLine(state, line);
  });
  openHeld(state);
  closeTo(state, -1);
  if (!state.isOver && state.roots > 0) {
    throw new UnreadableInputError(
      'macos sample: expected the end of the call graph ("Total number in stack"), found none. Is the file complete?',
    );
  }
  const { builder, roots, intervalMs, longest } = state;
  if (roots > 1) builder.note('threads', `${roots} threads in one ranking`);
  // The tool stops every thread at every tick, working or not.
  return builder.finish({
    format: 'macos-sample',
    kind: options.kind ?? 'wall',
    unit: 'samples',
    durationMs: intervalMs > 0 ? intervalMs * longest : null,
    samplesKnown: true,
  });
}

function readLine(state: State, line: string): void {
  if (!state.isInGraph) {
    state.isInGraph = !state.isOver && /^Call graph:\s*$/.test(line);
    const interval = /every (\d+(?:\.\d+)?) milliseconds?/.exec(line)?.[1];
    if (interval !== undefined) state.intervalMs = Number(interval);
    return;
  }
  if (/^(?:Total number in stack|Sort by top of stack|Binary Images:)/.test(line)) {
    openHeld(state);
    state.isInGraph = false;
    state.isOver = true;
    return;
  }
  if (/^[\s+!:|]*\d+ \S/.test(line)) {
    openHeld(state);
    state.held = detached(line);
  } else if (state.held !== '' && state.held.length < maxHeldChars) state.held += detached(line);
}

/** Names of templates are long; what is longer is no frame. */
const maxHeldChars = 20_000;

function openHeld(state: State): void {
  const [, indent = '', count = '', text = ''] = /^([\s+!:|]*)(\d+) (\S.*)$/.exec(state.held) ?? [];
  if (text !== '') openFrame(state, indent.length, Number(count), text);
  state.held = '';
}

function openFrame(state: State, indent: number, count: number, text: string): void {
  closeTo(state, indent);
  const above = state.open.at(-1);
  if (above === undefined) {
    // The tool begins every stack with its thread. Another line at the left margin has lost its indentation, as a paste does, and would count twice.
    if (!/^Thread_/.test(text)) {
      throw new UnreadableInputError(
        `macos sample: expected a thread ("${count} Thread_…") at the left of the call graph, found "${detached(text.slice(0, 80))}". Is the indentation as the tool wrote it?`,
      );
    }
    state.roots++;
    state.longest = Math.max(state.longest, count);
  } else above.children += count;
  const { builder } = state;
  const node = builder.child(above?.node ?? rootNode, builder.frame(frameOf(text)));
  state.open.push({ indent, count, children: 0, node, text: detached(text.slice(0, 80)) });
}

/** Frames at this indentation or deeper are over: what their children did not take is their own. */
function closeTo(state: State, indent: number): void {
  for (let top = state.open.at(-1); top !== undefined && top.indent >= indent; top = state.open.at(-1)) {
    state.open.pop();
    const own = top.count - top.children;
    if (own < 0)
      throw new UnreadableInputError(`macos sample: expected at most ${top.count} samples under "${top.text}", found ${top.children}.`);
    if (own > 0) state.builder.add(top.node, own, own);
  }
}

/** `start  (in dyld) + 1903  [0x1922b60e0]  main.c:12`; a thread is `Thread_123   DispatchQueue_1: …`. */
function frameOf(text: string): Frame {
  const begin = text.search(/ \(in [^)]/);
  const end = begin === -1 ? -1 : text.indexOf(')', begin);
  if (end === -1) return { name: text.replace(/\s{2}.*/s, '').trim(), module: '[process]', line: null };
  const [name, module] = [text.slice(0, begin).replace(/ $/, ''), text.slice(begin + ' (in '.length, end)];
  const [, place = ''] = /^(?: \+ [\d,.]+)?(?: {1,2}\[[^\]]*\])?\s*(.*)/s.exec(text.slice(end + 1)) ?? [];
  const line = /^\S+:(\d+)$/.exec(place)?.[1];
  return { name: name === '???' ? `[${module}]` : name, module, line: line === undefined ? null : Number(line) };
}
