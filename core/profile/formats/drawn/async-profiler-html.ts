// async-profiler's flame graph page. Since 3.0 the names are in a prefix-compressed pool and frames are calls `f(key, level, left, width)`,
// `u(key, width)` (one level up) and `n(key, width)` (the next on the same level); 2.x writes `f(level, left, width, type, 'name')`.
// https://github.com/async-profiler/async-profiler/blob/master/src/converter/one/convert/FlameGraph.java
import { UnreadableInputError } from '../../../model/errors.js';
import type { ProfileKind } from '../../../model/profile.js';
import type { StackProfile } from '../../stack-profile.js';
import { maxDrawnFrames, treeOfDrawing, type DrawnFrame } from './drawn-tree.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { plainMarkup } from './markup.js';
import { unitOfWeights } from '../input/weight-unit.js';
import { readAllBytes } from '../input/whole-file.js';

export const asyncProfilerHtml: ProfileFormat = {
  id: 'async-profiler-html',
  expects: 'flame graph page of async-profiler (HTML)',
  tool: 'async-profiler 2.x to 4.x (tried with 2.9, 3.0, 4.0, 4.5), jfrconv',
  command: '`asprof -o flamegraph -f x.html`',
  exactness: 'exact counts; frames below `--minwidth` count as their caller. Inverted, reversed and differential pages are refused',
  // Its name is in the first lines of the page, whatever the version.
  detect: ({ text }) =>
    /^\uFEFF?\s*<!DOCTYPE html|^\s*<html/i.test(text) && /\/(?:async-profiler|jvm-profiling-tools)\/async-profiler/.test(text)
      ? 'yes'
      : 'no',
  read,
};

const what = 'async-profiler page';

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const text = new TextDecoder().decode(await readAllBytes(source, what));
  refuseOthers(text);
  const names = readPool(text);
  const frames = readFrames(text, names);
  if (frames[0]?.level !== 0) {
    throw new UnreadableInputError(`${what}: expected frames drawn from \`all\`, got ${frames.length}. Is the file complete?`);
  }
  const title = plainMarkup(/<h1[^<>]*>([^<]*)<\/h1>/.exec(text)?.[1] ?? '');
  const kind = options.kind ?? kindOf(title);
  const { builder, shape } = treeOfDrawing(frames, 0, what);
  const { unit, samplesKnown } = unitOfWeights(shape, kind === 'alloc' ? 'bytes' : '');
  return builder.finish({ format: 'async-profiler-html', kind, unit, durationMs: null, samplesKnown });
}

function refuseOthers(text: string): void {
  if (!/function f\((?:key, |)level, left, width/.test(text)) {
    throw new UnreadableInputError(
      `${what}: expected a flame graph, got its tree view or heatmap. Give the recording instead: \`asprof -o jfr\` or \`-o collapsed\`.`,
    );
  }
  if (Number(/const maxdiff = (?:\/\*maxdiff:\*\/)?(-?\d+)/.exec(text)?.[1] ?? -1) >= 0) {
    throw new UnreadableInputError(`${what}: expected one capture, got a difference of two. Give one of the two captures it was made of.`);
  }
  if (/\b(?:let|var) (?:inverted|reverse) = (?:\/\*\w+:\*\/)?true/.test(text)) {
    throw new UnreadableInputError(
      `${what}: expected stacks drawn from the root, got an inverted or reversed graph, which does not say where its leaves are. Convert again without --reverse and --inverted.`,
    );
  }
}

/** `CPU profile`, `Allocation profile`, `Wall clock profile`, `Lock profile`; a title of the user's own tells nothing. */
function kindOf(title: string): ProfileKind {
  if (/^(?:CPU|ctimer|itimer)\b/i.test(title)) return 'cpu';
  if (/^Wall/i.test(title)) return 'wall';
  if (/^(?:Alloc|Live object|malloc)/i.test(title)) return 'alloc';
  return /^Lock/i.test(title) ? 'lock' : 'unknown';
}

/** Each name begins with a character that says how much it shares with the one before (32 = nothing). */
function readPool(text: string): string[] | null {
  const start = text.indexOf('const cpool = [');
  if (start === -1) return null;
  const end = text.indexOf('];\n', start);
  if (end === -1) throw new UnreadableInputError(`${what}: expected the end of its names, found none. Is the file complete?`);
  const names: string[] = [];
  for (const [, written = ''] of text.slice(start, end).matchAll(/^'((?:[^'\\\n]|\\.)*)',?$/gm)) {
    const raw = unescaped(written);
    const before = names.at(-1);
    names.push(before === undefined ? raw : before.slice(0, Math.max(0, raw.charCodeAt(0) - 32)) + raw.slice(1));
  }
  return names;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

function readFrames(text: string, names: readonly string[] | null): DrawnFrame[] {
  const frames: DrawnFrame[] = [];
  let last: DrawnFrame = { name: '', level: 0, left: 0, width: 0, weight: 0 };
  for (const [, call = '', args = ''] of text.matchAll(/^([fun])\(([^\n]*)\)$/gm)) {
    last = names === null ? plainFrame(args) : pooledFrame(call, args, names, last);
    frames.push(last);
    if (frames.length > maxDrawnFrames) throw new UnreadableInputError(`${what}: expected at most ${maxDrawnFrames} frames, got more.`);
  }
  return frames;
}

function plainFrame(args: string): DrawnFrame {
  const match = /^(\d+),(\d+),(\d+),(\d+),'((?:[^'\\]|\\.)*)'/.exec(args);
  if (match === null) throw brokenFrame(args);
  const [, level, left, width, type, name = ''] = match;
  return {
    name: typedName(unescaped(name), Number(type)),
    level: Number(level),
    left: Number(left),
    width: Number(width),
    weight: Number(width),
  };
}

function pooledFrame(call: string, args: string, names: readonly string[], last: DrawnFrame): DrawnFrame {
  const numbers = args.split(',').map((value) => (value === '' || value === 'U' ? 0 : Number(value)));
  const [key = NaN, ...rest] = numbers;
  const name = names[Math.floor(key / 8)];
  if (name === undefined || numbers.some((value) => !Number.isInteger(value) || value < 0)) throw brokenFrame(args);
  const [level, left, width] =
    call === 'f'
      ? [rest[0] ?? 0, last.left + (rest[1] ?? 0), rest[2] ?? 0]
      : call === 'u'
        ? [last.level + 1, last.left, rest[0] ?? 0]
        : [last.level, last.left + last.width, rest[0] ?? 0];
  const known = width === 0 ? last.width : width;
  return { name: typedName(name, key % 8), level, left, width: known, weight: known };
}

/** Frame type 5 is the kernel; the others show in the name. */
function typedName(name: string, type: number): string {
  return type === 5 ? `${name}_[k]` : name;
}

function brokenFrame(args: string): UnreadableInputError {
  return new UnreadableInputError(`${what}: expected a frame with level, place and width, got "${args.slice(0, 80)}".`);
}
