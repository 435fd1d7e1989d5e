// Flame graph pictures. inferno (Rust: cargo flamegraph, pprof-rs) writes exact counts into `fg:x` and `fg:w`; flamegraph.pl, and inferno
// before 0.11, only places and the text `name (12 samples, 3.4%)`, and leave out what is narrower than a tenth of a pixel. Until 2013 that text stood in
// `onmouseover="s('…')"` of the box alone.
// https://github.com/jonhoo/inferno/blob/main/src/flamegraph/mod.rs https://github.com/brendangregg/FlameGraph/blob/master/flamegraph.pl
import { UnreadableInputError } from '../../../model/errors.js';
import type { StackProfile } from '../../stack-profile.js';
import { maxDrawnFrames, treeOfDrawing, type DrawnFrame } from './drawn-tree.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from '../format.js';
import { plainMarkup } from './markup.js';
import { unitOfWeights } from '../input/weight-unit.js';
import { readAllBytes } from '../input/whole-file.js';

export const flameSvg: ProfileFormat = {
  id: 'flame-graph-svg',
  expects: 'flame graph picture (SVG of inferno or flamegraph.pl)',
  tool: 'inferno 0.11 and later, cargo flamegraph (tried with 0.12.8); flamegraph.pl, async-profiler 1.x, older inferno',
  command: '`inferno-flamegraph`, `flamegraph.pl`',
  exactness:
    'inferno: exact counts; frames below its `--minwidth` (0.01 %) count as their caller. flamegraph.pl: lossy and marked so, what is narrower than 0.1 pixels was never drawn. Kind and unit are not in a picture; differential pictures are refused',
  detect,
  read,
};

/** The marks are in the head of the picture, before or among its frames. async-profiler 1.x drew with nothing but the group of frames. */
export const flameGraphMark = /<(?:svg|g)[^<>]* id="frames"|xmlns:fg=|class="func_g"|onmouseover="s\('|Flame graph stack visualization/i;

function detect({ text }: ProfileHead): Detection {
  return /^\uFEFF?\s*(?:<\?xml|<!DOCTYPE svg|<svg|<!--)/.test(text) && flameGraphMark.test(text) ? 'yes' : 'no';
}

interface Box {
  name: string;
  /** Of the text in brackets. */
  weight: number;
  unit: string;
  x: number;
  y: number;
  width: number;
  /** inferno's `fg:x` and `fg:w`. */
  exact: { x: number; width: number } | null;
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const text = new TextDecoder().decode(await readAllBytes(source, 'flame graph'));
  const boxes = readBoxes(text);
  const isExact = boxes.every((box) => box.exact !== null);
  const { builder, shape } = treeOfDrawing(levelled(boxes, isExact), isExact ? 0 : toleranceOf(boxes), 'flame graph');
  const isCut = /minwidth/i.test(text) && !isExact;
  if (!isExact) {
    builder.note(
      'lossy',
      `rebuilt from the places of boxes: frames narrower than ${isCut ? 'its minimum' : 'a tenth of a pixel'} were not drawn and count as their caller's own`,
    );
  }
  const { unit, samplesKnown } = unitOfWeights(shape, boxes[0]?.unit ?? '');
  const kind = options.kind ?? (/<text[^<>]*>[^<]*\boff-?cpu\b/i.test(text.slice(0, maxHeadingChars)) ? 'off-cpu' : 'unknown');
  return builder.finish({ format: 'flame-graph-svg', kind, unit, durationMs: null, samplesKnown });
}

/** The script of newer pictures takes half of it. */
const maxHeadingChars = 50_000;

const boxTitle = /^([\s\S]*) \((\d[\d,]*(?:\.\d+)?) ([^(),;]*), (\d+(?:\.\d+)?)%(; [+-]?\d+(?:\.\d+)?%)?\)$/;

function readBoxes(text: string): Box[] {
  const boxes = text.includes('<title>') ? readTitledBoxes(text) : readHoveredBoxes(text);
  if (boxes.length === 0 || !/<\/svg>\s*$/.test(text.slice(-200))) throw cut(boxes.length);
  return boxes;
}

/** Labels have the same text again; only rectangles are frames. */
function readHoveredBoxes(text: string): Box[] {
  const boxes: Box[] = [];
  for (let at = text.indexOf('<rect'); at !== -1; at = text.indexOf('<rect', at + 5)) {
    const end = text.indexOf('>', at);
    if (end === -1) throw cut(boxes.length);
    const rect = text.slice(at, end);
    const hovered = / onmouseover="s\('([^"]*)'\)"/.exec(rect)?.[1];
    if (hovered === undefined) continue;
    const match = boxTitle.exec(plainMarkup(hovered));
    if (match === null) throw / sample weight, /.test(hovered) ? difference() : cut(boxes.length);
    addBox(boxes, match, rect);
  }
  return boxes;
}

function readTitledBoxes(text: string): Box[] {
  const boxes: Box[] = [];
  let next = text.indexOf('<title>');
  while (next !== -1) {
    const at = next;
    next = text.indexOf('<title>', at + 7);
    // Each frame ends before the next title: looking further for the end of every one would take the square of the length.
    const isWithin = (place: number): boolean => place !== -1 && (next === -1 || place < next);
    const end = text.indexOf('</title>', at);
    if (!isWithin(end)) throw cut(boxes.length);
    const match = boxTitle.exec(plainMarkup(text.slice(at + 7, end)));
    if (match === null) continue;
    const rectAt = text.indexOf('<rect', end);
    const rectEnd = text.indexOf('>', rectAt);
    if (!isWithin(rectAt) || !isWithin(rectEnd)) throw cut(boxes.length);
    addBox(boxes, match, text.slice(rectAt, rectEnd));
  }
  return boxes;
}

function addBox(boxes: Box[], match: RegExpExecArray, rect: string): void {
  const [, name = '', weight = '', unit = '', , change] = match;
  if (change !== undefined) throw difference();
  boxes.push({ name, weight: Number(weight.replaceAll(',', '')), unit, ...placeOf(rect) });
  if (boxes.length > maxDrawnFrames) throw new UnreadableInputError(`flame graph: expected at most ${maxDrawnFrames} frames, got more.`);
}

function difference(): UnreadableInputError {
  return new UnreadableInputError(
    'flame graph: expected one capture, got a difference of two (red and blue). Give one of the two captures it was made of.',
  );
}

function cut(frames: number): UnreadableInputError {
  return new UnreadableInputError(
    `flame graph: expected a whole SVG with frames titled \`name (12 samples, 3.4%)\`, got ${frames} of them and no end. Save the original file, not a screenshot or an edited copy.`,
  );
}

const places = {
  x: / x="(-?[\d.]+)%?"/,
  y: / y="(-?[\d.]+)"/,
  width: / width="([\d.]+)%?"/,
  exactX: / fg:x="(\d+)"/,
  exactWidth: / fg:w="(\d+)"/,
};

function placeOf(rect: string): Pick<Box, 'x' | 'y' | 'width' | 'exact'> {
  const attribute = (pattern: RegExp): number => Number(pattern.exec(rect)?.[1] ?? NaN);
  const place = { x: attribute(places.x), y: attribute(places.y), width: attribute(places.width) };
  if (!Number.isFinite(place.x + place.y + place.width)) {
    throw new UnreadableInputError(`flame graph: expected x, y and width of a frame, got "${rect.slice(0, 120)}".`);
  }
  const [x, width] = [attribute(places.exactX), attribute(places.exactWidth)];
  return { ...place, exact: Number.isFinite(x + width) ? { x, width } : null };
}

/** Rows become levels, counted from the row of the frame that spans everything; it is at the bottom, or at the top of an icicle graph. */
function levelled(boxes: readonly Box[], isExact: boolean): DrawnFrame[] {
  const rows = [...new Set(boxes.map((box) => box.y))].sort((a, b) => a - b);
  const [top, bottom] = [rows[0] ?? 0, rows.at(-1) ?? 0];
  const inRow = (y: number): Box[] => boxes.filter((box) => box.y === y);
  const isRoot = (row: Box[]): boolean => row.length === 1 && boxes.every((box) => box.weight <= (row[0]?.weight ?? 0));
  const isIcicle = !isRoot(inRow(bottom)) || (isRoot(inRow(top)) && inRow(top)[0]?.name === 'all' && inRow(bottom)[0]?.name !== 'all');
  if (!isRoot(inRow(isIcicle ? top : bottom))) {
    throw new UnreadableInputError('flame graph: expected one frame over (or under) all others, found none. Is the picture complete?');
  }
  const levels = new Map((isIcicle ? rows : rows.reverse()).map((y, level) => [y, level]));
  return boxes.map((box) => ({
    name: box.name,
    level: levels.get(box.y) ?? 0,
    left: isExact ? (box.exact?.x ?? 0) : box.x,
    width: isExact ? (box.exact?.width ?? 0) : box.width,
    weight: isExact ? (box.exact?.width ?? 0) : box.weight,
  }));
}

/** Places are written with one digit of a pixel, or four of a percent. */
function toleranceOf(boxes: readonly Box[]): number {
  return boxes.some((box) => box.width > 101) ? 0.2 : 0.001;
}
