// The Callgrind format: Valgrind's callgrind and cachegrind, Xdebug (cachegrind.out.*), pprof -callgrind. Own cost per function, exact counts.
// https://valgrind.org/docs/manual/cl-format.html
import { UnreadableInputError } from '../../model/errors.js';
import type { ProfileKind } from '../../model/profile.js';
import { createProfileBuilder, detached, rootNode, type ProfileBuilder } from '../profile-builder.js';
import type { StackProfile } from '../stack-profile.js';
import type { ProfileFormat, ReadOptions } from './format.js';
import { createLeftOut, type LeftOut } from './input/left-out.js';
import { forEachLine } from './input/text-lines.js';

export const callgrind: ProfileFormat = {
  id: 'callgrind',
  expects: 'callgrind or cachegrind output (Valgrind, Xdebug)',
  tool: 'Valgrind callgrind and cachegrind (tried with 3.19), Xdebug 2 and 3',
  command: '`valgrind --tool=callgrind`, `xdebug.mode=profile`',
  exactness: 'exact own cost per function, flat; instructions are not time. `--value-type` chooses another event',
  detect: ({ text }) => {
    if (/^# callgrind format|^creator: /m.test(text.slice(0, 400)) && /^(?:events|positions|version): ?/m.test(text)) return 'yes';
    return /^events: /m.test(text) && /^f[nl]=/m.test(text) ? 'yes' : 'no';
  },
  read,
};

interface State {
  builder: ProfileBuilder;
  leftOut: LeftOut;
  events: string[];
  chosen: number;
  positions: number;
  /** Names are written once, `(12) main`, and then as `(12)`; files, functions and objects count apart. */
  names: Map<string, string>;
  file: string;
  function: string;
  object: string;
  node: number;
  /** The next cost line belongs to a call: it is inclusive and the callee has it already. */
  isCall: boolean;
  costs: number;
  total: number;
  /** What the file itself says in all: at the head of each part, and at its end. */
  summary: number;
  totals: number;
  creator: string;
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const state: State = {
    builder: createProfileBuilder(),
    leftOut: createLeftOut({ format: 'callgrind', expected: '`fn=`, `calls=` or cost lines', records: 'lines' }),
    events: [],
    chosen: 0,
    positions: 1,
    names: new Map(),
    file: '',
    function: '',
    object: '',
    node: -1,
    isCall: false,
    costs: 0,
    total: 0,
    summary: 0,
    totals: 0,
    creator: '',
  };
  let lineNumber = 0;
  await forEachLine(source, (line) => {
    lineNumber++;
    if (!readLine(state, line, options)) state.leftOut.add(`line ${lineNumber}`, line);
  });
  return finish(state, options);
}

function readLine(state: State, line: string, options: ReadOptions): boolean {
  const first = line.charCodeAt(0);
  // Digits, `+`, `-` and `*` begin a cost line.
  if ((first >= 48 && first <= 57) || first === 42 || first === 43 || first === 45) return readCost(state, line);
  if (line.trim() === '' || first === 35) return true;
  const [, key = '', separator = '', behind = ''] = /^(\w+)([=:])(.*)/s.exec(line) ?? [];
  const rest = behind.trimStart();
  if (separator === '=') return readPlace(state, key, rest);
  if (separator === ':') readHeader(state, key, rest, options);
  return separator === ':';
}

function readHeader(state: State, key: string, value: string, options: ReadOptions): void {
  if (key === 'creator') state.creator = detached(value);
  if (key === 'positions') state.positions = value.trim().split(/\s+/).length;
  if (key === 'summary' || key === 'totals') {
    const told = Number(value.trim().split(/\s+/)[state.chosen] ?? NaN);
    if (Number.isFinite(told)) state[key] += told;
  }
  if (key !== 'events') return;
  state.events = value.trim().split(/\s+/).map(detached);
  const wanted = options.valueType;
  state.chosen = wanted === undefined ? 0 : state.events.indexOf(wanted);
  if (state.chosen === -1) {
    throw new UnreadableInputError(
      `callgrind: expected one of the events ${state.events.join(', ')}, got ${wanted ?? 'none'}. Choose with --value-type.`,
    );
  }
}

/** `fn=`, `fl=` and friends say where the costs that follow belong; `c…=` say where a call goes. */
function readPlace(state: State, key: string, value: string): boolean {
  switch (key) {
    case 'fl':
    case 'fi':
    case 'fe':
      state.file = nameOf(state, 'file', value);
      break;
    case 'fn':
      state.function = nameOf(state, 'function', value);
      break;
    case 'ob':
      state.object = nameOf(state, 'object', value);
      break;
    case 'cfn':
    case 'jfn':
      nameOf(state, 'function', value);
      break;
    case 'cfi':
    case 'cfl':
    case 'jfi':
      nameOf(state, 'file', value);
      break;
    case 'cob':
      nameOf(state, 'object', value);
      break;
    case 'calls':
      state.isCall = true;
      break;
    case 'jump':
    case 'jcnd':
    case 'rcalls':
    case 'frfn':
      break;
    default:
      return false;
  }
  if (key !== 'calls') state.node = -1;
  return true;
}

function nameOf(state: State, kind: string, value: string): string {
  const [, id, name] = /^\((\d+)\)(?: *(\S.*))?$/.exec(value) ?? [];
  if (id === undefined) return detached(value);
  const key = `${kind} ${id}`;
  if (name !== undefined) state.names.set(key, detached(name));
  const known = state.names.get(key);
  if (known !== undefined) return known;
  throw new UnreadableInputError(`callgrind: expected the name of ${kind} (${id}) before its first use, found none. Is the file complete?`);
}

function readCost(state: State, line: string): boolean {
  const cells = line.trim().split(/\s+/);
  const isCall = state.isCall;
  state.isCall = false;
  if (isCall) return true;
  const cost = Number(cells[state.positions + state.chosen] ?? 0);
  // Trailing zeroes may be left out; a place without a function belongs to nothing.
  if (!Number.isFinite(cost) || cost < 0 || state.events.length === 0) return false;
  if (state.function === '') return false;
  if (state.node === -1) {
    const module = state.file === '' || state.file === '???' ? state.object : state.file;
    const name = /^(?:\?\?\?|0x[0-9a-f]+)$/.test(state.function) ? '[unknown]' : withoutContext(state.function);
    state.node = state.builder.child(
      rootNode,
      state.builder.frame({ name, module, line: null }, `${name}\u0000${state.object}\u0000${module}`),
    );
  }
  if (cost > 0) state.builder.add(state.node, cost, 0);
  state.costs++;
  state.total += cost;
  return true;
}

/** Callgrind keeps functions apart by their recursion (`sort'2`) and, when asked to, by their callers (`leaf'walk'main`): one function all the same. */
function withoutContext(name: string): string {
  return /^([^'<`]+)'(?:\d+|[\w.~:@$]+)(?:'[\w.~:@$]+)*$/.exec(name)?.[1] ?? name;
}

function finish(state: State, options: ReadOptions): StackProfile {
  const { builder, leftOut, events, chosen, costs, total, creator } = state;
  leftOut.settle(builder, costs);
  const told = state.totals > 0 ? state.totals : state.summary;
  if (told > 0 && Math.abs(told - total) > 0.01 * told) {
    throw new UnreadableInputError(
      `callgrind: expected costs of ${told} ${events[chosen] ?? ''} in all, as the file says, found ${total}. Is the file complete?`,
    );
  }
  const { unit, kind } = meaningOf(events[chosen] ?? '', creator);
  builder.note('flat', `own ${events[chosen] ?? 'cost'} per function${creator === '' ? '' : ` (${creator})`}, without stacks`);
  if (events.length > 1) builder.note('other-values', `also in the file: ${events.filter((_, index) => index !== chosen).join(', ')}`);
  return builder.finish({ format: 'callgrind', kind: options.kind ?? kind, unit, durationMs: null, samplesKnown: false });
}

/** Valgrind simulates a CPU and counts; Xdebug measures the clock, in tens of nanoseconds since 3.0 and microseconds before. */
function meaningOf(event: string, creator: string): { unit: string; kind: ProfileKind } {
  if (/^Ir$/.test(event)) return { unit: 'instructions', kind: 'cpu' };
  if (/^Memory/i.test(event)) return { unit: 'bytes', kind: 'alloc' };
  if (/^Time_\(10ns\)$/.test(event)) return { unit: '10 nanoseconds', kind: 'wall' };
  if (/^Time$/i.test(event) && /xdebug/i.test(creator)) return { unit: 'microseconds', kind: 'wall' };
  return { unit: event === '' ? 'unknown' : event, kind: 'unknown' };
}
