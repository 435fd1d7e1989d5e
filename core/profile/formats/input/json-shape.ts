import type { Detection, ProfileHead } from '../format.js';

/** The keys of the beginning of a JSON document, so that a format is recognised by where its keys are and not by text that may stand anywhere. */
export interface JsonShape {
  root: 'object' | 'array' | null;
  /** `meta`, `meta.product`, `threads[].samples`: keys of the first levels, elements of arrays under `[]`. */
  paths: ReadonlySet<string>;
}

const maxDepth = 5;
const maxPaths = 4000;
const shapes = new WeakMap<Uint8Array, JsonShape>();

/** One pass over the head's text; asked by many formats, made once per head. */
export function jsonShape(head: ProfileHead): JsonShape {
  const known = shapes.get(head.bytes);
  if (known !== undefined) return known;
  const made = scan(head.text);
  shapes.set(head.bytes, made);
  return made;
}

/** `maybe` as long as the decisive keys may still come. */
export function detectJson(head: ProfileHead, isMine: (shape: JsonShape) => boolean): Detection {
  const shape = jsonShape(head);
  if (shape.root === null) return 'no';
  return isMine(shape) ? 'yes' : head.isComplete ? 'no' : 'maybe';
}

function scan(text: string): JsonShape {
  const paths = new Set<string>();
  const start = /^\uFEFF?\s*/.exec(text)?.[0].length ?? 0;
  const first = text[start];
  if (first !== '{' && first !== '[') return { root: null, paths };
  /** Open containers; below `maxDepth` only their number matters. */
  const open: { path: string; isArray: boolean }[] = [];
  let depth = 0;
  let key = '';
  for (let at = start; at < text.length && paths.size < maxPaths; at++) {
    const code = text.charCodeAt(at);
    const inside = depth <= maxDepth ? open[depth - 1] : undefined;
    if (code === quote) {
      const end = endOfString(text, at + 1);
      if (inside?.isArray === false && /^\s*:/.test(text.slice(end + 1, end + 20))) {
        key = join(inside.path, text.slice(at + 1, Math.min(end, at + 80)));
        paths.add(key);
      }
      at = end;
    } else if (code === openBrace || code === openBracket) {
      const isArray = code === openBracket;
      const path = inside === undefined ? '' : inside.isArray ? inside.path : key;
      if (depth < maxDepth) open[depth] = { path: isArray ? `${path}[]` : path, isArray };
      depth++;
    } else if (code === closeBrace || code === closeBracket) {
      depth--;
      if (depth <= 0) break;
    }
  }
  return { root: first === '{' ? 'object' : 'array', paths };
}

const quote = 34;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}
