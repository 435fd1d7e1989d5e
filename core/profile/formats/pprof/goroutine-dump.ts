// Where Go's goroutines stand: /debug/pprof/goroutine?debug=1 (counted stacks) and ?debug=2 (each one with its state; also what a panic or
// SIGQUIT prints). A census of one instant, not a sample: it answers where requests wait. https://pkg.go.dev/runtime/pprof#Profile.WriteTo
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame } from '../../../model/profile.js';
import { createProfileBuilder, detached, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { forEachLine } from '../input/text-lines.js';

export const goroutineDump: ProfileFormat = {
  id: 'goroutine-dump',
  expects: 'Go goroutine dump (`/debug/pprof/goroutine?debug=1` or `debug=2`, a panic)',
  tool: 'Go (tried with 1.26), also panics and SIGQUIT',
  command: '`curl …/debug/pprof/goroutine?debug=2`',
  exactness: 'exact, a census of one instant: where goroutines stand. The one that wrote the dump is left out',
  detect: ({ text }) => (/^[ \t]*goroutine profile: total \d+\s*$/m.test(text.slice(0, 2000)) || stateLine.test(text) ? 'yes' : 'no'),
  read,
};

const stateLine = /^[ \t]*goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[([^\]\n]+)\]:\r?$/m;
/** Where a call stands: below it, behind a tab that pastes turn into blanks or lose. */
const placeLine = /^\s*\S.*:\d+(?: \+0x[0-9a-f]+(?: .*)?)?$/;
/** The place of a call of which the header is missing. */
const orphan = /^\s+\S+\.(?:go|s):\d+ \+0x[0-9a-f]+/;
const countLine = /^\s*(\d+) @(?: 0x[0-9a-f]+)*\s*$/;

interface Dump {
  builder: ProfileBuilder;
  /** Goroutines counted, and announced by headers (null: the text has none). */
  found: number;
  announced: number | null;
  dumps: number;
  /** The stack being read, leaf first. */
  weight: number;
  stack: Frame[];
  isOpen: boolean;
  isCut: boolean;
  /** The frame of `created by`, with which a stack ends, was met. */
  isEnded: boolean;
  states: Map<string, number>;
  /** The goroutines that wrote the dump. */
  own: number;
  /** Frames stand before the first header: the front was cut off. */
  isHeadless: boolean;
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const dump: Dump = {
    builder: createProfileBuilder(),
    found: 0,
    announced: null,
    dumps: 0,
    weight: 0,
    stack: [],
    isOpen: false,
    isCut: false,
    isEnded: false,
    states: new Map(),
    own: 0,
    isHeadless: false,
  };
  let pending = '';
  await forEachLine(source, (line) => {
    if (pending !== '' && (line.startsWith('\t') || placeLine.test(line))) {
      addFrame(dump, pending, line);
      pending = '';
      return;
    }
    pending = '';
    if (readMark(dump, line)) return;
    if (dump.isOpen) pending = readCall(dump, line);
    else if (dump.found === 0 && orphan.test(line)) dump.isHeadless = true;
  });
  noteCutEnd(dump, pending);
  flush(dump);
  return finish(dump, options);
}

/** Lines that begin or end a stack. */
function readMark(dump: Dump, line: string): boolean {
  const total = /^\s*goroutine profile: total (\d+)\s*$/.exec(line)?.[1];
  const count = countLine.exec(line)?.[1];
  const state = stateLine.exec(line)?.[1];
  if (total === undefined && count === undefined && state === undefined && line.trim() !== '') return false;
  if (line.trim() === '' && dump.stack.length === 0) return true;
  flush(dump);
  if (total !== undefined) {
    dump.announced = (dump.announced ?? 0) + Number(total);
    dump.dumps++;
  } else if (count !== undefined || state !== undefined) {
    dump.isOpen = true;
    dump.weight = count === undefined ? 1 : Number(count);
    const reason = state?.split(',')[0];
    if (reason !== undefined) dump.states.set(detached(reason), (dump.states.get(reason) ?? 0) + 1);
  }
  return true;
}

/** A frame of debug=1 is one line; of debug=2 a call, and its file on the next line. Returns the call whose file is awaited. */
function readCall(dump: Dump, line: string): string {
  if (line.startsWith('...') && /frames? elided/.test(line)) dump.isCut = true;
  const call = line.trim();
  if (call.startsWith('created by ')) dump.isEnded = true;
  if (!call.startsWith('#')) return call.startsWith('created by ') ? '' : call;
  const [, name = '', place = ''] = /^#\s+0x[0-9a-f]+\s+(\S.*?)\+0x[0-9a-f]+\s+(\S.*)$/.exec(call) ?? [];
  if (name !== '') dump.stack.push(frameAt(name, place));
  return '';
}

/** Of debug=2, where every stack ends with who began the goroutine, or with the first function of the program. */
function noteCutEnd({ builder, isOpen, isEnded, states, stack }: Dump, pending: string): void {
  const last = stack.at(-1)?.name ?? '';
  const isCallCut = pending.endsWith(')');
  if (!isOpen || isEnded || states.size === 0 || (!isCallCut && /^(?:|main\.main|runtime\.\w+(?:\.abi0)?)$/.test(last))) return;
  builder.note(
    'left-out',
    `the text ends within a stack (behind ${detached((isCallCut ? pending : last).slice(0, 200))}): what came after it is missing`,
  );
}

function addFrame(dump: Dump, call: string, place: string): void {
  const open = call.endsWith(')') ? call.lastIndexOf('(') : -1;
  if (open > 0) dump.stack.push(frameAt(call.slice(0, open), place.trim().replace(/ \+0x[0-9a-f]+(?: .*)?$/, '')));
}

function frameAt(name: string, place: string): Frame {
  const [, module = place, line] = /^(.*):(\d+)$/.exec(place) ?? [];
  return { name: detached(name), module: detached(module), line: line === undefined ? null : Number(line) };
}

const writers = /^runtime\/pprof\.(?:writeGoroutine|writeRuntimeProfile|\(\*Profile\)\.WriteTo)|^runtime\/debug\.Stack$/;

function flush(dump: Dump): void {
  if (!dump.isOpen) return;
  const { stack, builder, weight } = dump;
  dump.found += weight;
  if (stack.some((frame) => writers.test(frame.name))) dump.own += weight;
  else {
    let node = dump.isCut ? builder.child(rootNode, builder.frame({ name: '[truncated]', module: '', line: null })) : rootNode;
    for (const { name, module } of stack.reverse()) node = builder.child(node, builder.frame({ name, module, line: null }));
    if (stack.length === 0) node = builder.child(rootNode, builder.frame({ name: '[unknown]', module: '', line: null }));
    builder.add(node, weight, 0);
    const leafLine = stack.at(-1)?.line ?? null;
    if (leafLine !== null) builder.addLine(node, leafLine, weight);
  }
  dump.isOpen = false;
  dump.isCut = false;
  dump.isEnded = false;
  dump.stack = [];
}

function finish(dump: Dump, options: ReadOptions): StackProfile {
  const { builder, found, announced, own, states, dumps, isHeadless } = dump;
  if (announced !== null && announced !== found) {
    throw new UnreadableInputError(
      `goroutine dump: expected ${announced} goroutines as its header says, found ${found}. Is the file complete? Fetch it again.`,
    );
  }
  if (isHeadless) builder.note('left-out', 'the text begins within a stack: what came before its first header is missing');
  if (own > 0) builder.note('own-goroutine', `${own} goroutine${own === 1 ? '' : 's'} that wrote the dump left out`);
  if (dumps > 1) builder.note('dumps', `${dumps} dumps added up: divide by ${dumps} for the goroutines at one instant`);
  const reasons = [...states].sort((a, b) => b[1] - a[1]).map(([state, count]) => `${state} ${count}`);
  if (reasons.length > 0) builder.note('wait-reasons', `states: ${reasons.slice(0, 12).join(', ')}`);
  return builder.finish({
    format: 'goroutine-dump',
    kind: options.kind ?? 'wall',
    unit: 'goroutines',
    durationMs: null,
    samplesKnown: false,
  });
}
