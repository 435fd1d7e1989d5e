// The log of `node --prof` (V8's tick log, `isolate-*-v8.log`), and what `node --prof-process --preprocess` makes of it.
// https://github.com/v8/v8/blob/main/tools/tickprocessor.mjs and src/logging/log.cc
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import { createProfileBuilder, detached } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { detectJson } from '../input/json-shape.js';
import { forEachLine } from '../input/text-lines.js';
import { readJson } from '../input/whole-file.js';
import { createCodeMap, type Code, type CodeMap } from './code-map.js';
import { addTick, type TickCounts } from './ticks.js';

export const v8Log: ProfileFormat = {
  id: 'v8-log',
  expects: 'log of `node --prof`',
  tool: 'Node 8 and later, V8 (tried with Node 20)',
  command: '`node --prof`',
  exactness: 'as `node --prof-process`; time in native code counts as the JavaScript that called it',
  detect: ({ text }) => (/^v8-version,\d/.test(text) || /^(?:shared-library|code-creation|profiler),/.test(text) ? 'yes' : 'no'),
  read: readLog,
};

export const v8LogJson: ProfileFormat = {
  id: 'v8-log-json',
  expects: '`node --prof-process --preprocess` of such a log',
  tool: 'Node 8 and later (tried with Node 20)',
  command: '`node --prof-process --preprocess -j isolate*.log`',
  exactness: 'the same',
  detect: (head) => detectJson(head, ({ paths }) => paths.has('code[].type') && paths.has('code[].name')),
  read: readPreprocessed,
};

interface LogState {
  codes: CodeMap;
  counts: TickCounts;
  firstUs: number;
  lastUs: number;
}

async function readLog(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const builder = createProfileBuilder();
  const state: LogState = { codes: createCodeMap(), counts: { ticks: 0, native: 0 }, firstUs: NaN, lastUs: NaN };
  let lineNumber = 0;
  let last = '';
  await forEachLine(source, (line) => {
    lineNumber++;
    last = line.slice(0, 5);
    const at = line.indexOf(',');
    const event = line.slice(0, at === -1 ? line.length : at);
    if (event === 'tick') {
      const tick = parseTick(line);
      // A killed process leaves half a line.
      if (tick === null)
        throw new UnreadableInputError(
          `v8 log: expected a tick with its address, state and stack, got line ${lineNumber}: "${line.slice(0, 120)}". Is the file complete?`,
        );
      if (Number.isNaN(state.firstUs)) state.firstUs = tick.atUs;
      state.lastUs = tick.atUs;
      addTick(
        builder,
        tick.stack.map((address) => state.codes.find(address)),
        tick.state,
        state.counts,
      );
    } else readCodeEvent(event, line, state.codes);
  });
  if (state.counts.ticks === 0)
    throw new UnreadableInputError(
      `v8 log: expected ticks, got none in ${lineNumber} lines (the last begins with "${last}"). Was it written with --prof, and did the process end by itself?`,
    );
  return finish(builder, 'v8-log', state.counts, (state.lastUs - state.firstUs) / 1000, options);
}

function finish(
  builder: ReturnType<typeof createProfileBuilder>,
  format: string,
  counts: TickCounts,
  durationMs: number,
  options: ReadOptions,
): StackProfile {
  if (counts.native > 0) {
    builder.note(
      'native-in-caller',
      `${counts.native} of ${counts.ticks} ticks were in native code and count as the JavaScript that called it`,
    );
  }
  return builder.finish({
    format,
    kind: options.kind ?? 'cpu',
    unit: 'samples',
    durationMs: durationMs > 0 ? durationMs : null,
    samplesKnown: true,
  });
}

interface Tick {
  atUs: number;
  state: number;
  /** Addresses, leaf first. */
  stack: number[];
}

/** `tick,pc,time,is callback,top of stack or callback,state,stack…`; addresses of the stack may be steps (`+0x12`) from the one before. */
function parseTick(line: string): Tick | null {
  const [, pc = '', time = '', isCallback = '', top = '', state = '', ...rest] = line.split(',');
  if (state === '' || !/^0x[0-9a-f]+$/.test(pc)) return null;
  const callback = Number(top);
  const stack = [isCallback === '1' && callback > 0 ? callback : Number(pc)];
  if (isCallback !== '1' && callback > 0) stack.push(callback);
  let before = Number(pc);
  for (const entry of rest) {
    const sign = entry.charCodeAt(0);
    if (sign === 43 || sign === 45) before += (sign === 43 ? 1 : -1) * Number(entry.slice(1));
    else if (/^0x/.test(entry)) before = Number(entry);
    else continue;
    stack.push(before);
  }
  return stack.every(Number.isFinite) ? { atUs: Number(time), state: Number(state), stack } : null;
}

const scriptTypes: ReadonlySet<string> = new Set(['JS', 'LazyCompile', 'Function', 'Script', 'Eval']);

function readCodeEvent(event: string, line: string, codes: CodeMap): void {
  if (event === 'code-creation') {
    // The name is last but for JavaScript, and may hold commas written as \x2C.
    const [, type = '', , , start = '', size = '', name = ''] = line.split(',');
    const code: Code = { type: scriptTypes.has(type) ? 'JS' : detached(type), name: unescaped(name) };
    if (Number(start) > 0 && Number(size) > 0) codes.add(Number(start), Number(size), code);
  } else if (event === 'shared-library') {
    const [, path = '', start = '', end = ''] = line.split(',');
    codes.addLibrary(Number(start), Number(end), detached(path));
  } else if (event === 'code-move') {
    const [, from = '', to = ''] = line.split(',');
    codes.move(Number(from), Number(to));
  } else if (event === 'code-delete') {
    codes.remove(Number(line.split(',')[1]));
  }
}

function unescaped(text: string): string {
  const plain = text
    .replace(/^"(.*)"$/, '$1')
    .replace(/\\x([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return detached(plain.replace(/\\n/g, '\n').replace(/\\\\/g, '\\'));
}

const preprocessedSchema = z.object({
  code: z.array(z.object({ name: z.string(), type: z.string(), kind: z.string().optional() })),
  ticks: z.array(z.object({ tm: z.number(), vm: z.number(), s: z.array(z.number()) })),
});

/** A tick's stack holds pairs of a code and a place in it, leaf first. */
async function readPreprocessed(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const file = preprocessedSchema.safeParse(await readJson(source, 'v8 log'));
  if (!file.success) throw new UnreadableInputError(`v8 log: expected code and ticks. ${z.prettifyError(file.error).slice(0, 400)}`);
  const { code, ticks } = file.data;
  const codes = code.map(({ name, type, kind }): Code => ({ type: type === 'JS' ? 'JS' : (kind ?? type), name }));
  const builder = createProfileBuilder();
  const counts = { ticks: 0, native: 0 };
  for (const { s, vm } of ticks)
    addTick(
      builder,
      s.filter((_, index) => index % 2 === 0).map((id) => codes[id] ?? null),
      vm,
      counts,
    );
  const spanUs = (ticks.at(-1)?.tm ?? 0) - (ticks[0]?.tm ?? 0);
  return finish(builder, 'v8-log-json', counts, spanUs / 1000, options);
}
