import { groupBy } from '../../model/group-by.js';

/** Lines of a function's source, 1-based and inclusive. */
export interface FunctionExtent {
  startLine: number;
  endLine: number;
  /** Does any code begin on this line? A sample never lies on a comment or a blank line. */
  holdsCode(line: number): boolean;
}

/** A function that another one calls, directly or not. */
export interface Callee {
  module: string;
  startLine: number;
  /** Null where its source could not be read. */
  extent: FunctionExtent | null;
  /** Lines on which it has samples under its own name. */
  ownLines: ReadonlySet<number>;
}

/**
 * TurboFan inlines functions of at most 460 bytes of bytecode (`max_inlined_bytecode_size` of V8); an unread function is taken to be no longer than
 * so many lines, which a statement of five bytes a line would need.
 */
const longestInlinedLines = 100;
/** A rival that explains half as much leaves it open which of the two it was. */
const rivalShare = 0.5;

/**
 * Which callees lines belong to that lie outside of a function: for each line the callee in whose code it lies. A callee that has samples on the same
 * lines under its own name goes before one that merely has code there. Lines that two callees explain about equally are left out.
 */
export function chooseFunctions<Found extends Callee>(ticks: ReadonlyMap<number, number>, callees: readonly Found[]): Map<number, Found> {
  const covered = coveredLines(ticks, callees);
  const chosen = new Map<number, Found>();
  const open = new Map(ticks);
  for (;;) {
    const weighed = covered
      .map(({ callee, lines }) => ({ callee, lines: lines.filter((line) => open.has(line)) }))
      .filter(({ lines }) => lines.length > 0)
      .map(({ callee, lines }) => ({ callee, lines, ...weigh(lines, callee, open) }))
      .sort((a, b) => Number(isSeen(b)) - Number(isSeen(a)) || b.all - a.all);
    const [best, ...others] = weighed;
    if (best === undefined) return chosen;
    const isClear = best.callee.extent !== null && !others.some((other) => rivals(best, other, open));
    for (const line of best.lines) {
      open.delete(line);
      if (isClear) chosen.set(line, best.callee);
    }
  }
}

interface Weighed {
  callee: Callee;
  lines: number[];
  /** Ticks on the lines that it may explain, and on those of them where it has samples of its own. */
  all: number;
  seen: number;
}

function weigh(lines: readonly number[], { ownLines }: Callee, ticks: ReadonlyMap<number, number>): { all: number; seen: number } {
  const sum = (some: readonly number[]): number => some.reduce((total, line) => total + (ticks.get(line) ?? 0), 0);
  return { all: sum(lines), seen: sum(lines.filter((line) => ownLines.has(line))) };
}

/** Most of what it explains lies where it has samples of its own. */
function isSeen({ seen, all }: Weighed): boolean {
  return seen > 0 && 2 * seen >= all;
}

/** Compared by the same kind of evidence, on the lines that the better one explains. */
function rivals(best: Weighed, other: Weighed, ticks: ReadonlyMap<number, number>): boolean {
  const shared = other.lines.filter((line) => best.lines.includes(line));
  const { all, seen } = weigh(shared, other.callee, ticks);
  return isSeen(best) ? seen >= rivalShare * best.seen : all >= rivalShare * best.all;
}

/** Of the callees in one file only the innermost around a line may have it. */
function coveredLines<Found extends Callee>(
  ticks: ReadonlyMap<number, number>,
  callees: readonly Found[],
): { callee: Found; lines: number[] }[] {
  const byModule = groupBy(callees, ({ module }) => module);
  const lines = new Map<Found, number[]>();
  for (const line of ticks.keys()) {
    for (const group of byModule.values()) {
      const around = group.filter((callee) => mayHold(callee, line));
      const innermost = around.reduce<Found | null>(
        (best, callee) => (best === null || callee.startLine > best.startLine ? callee : best),
        null,
      );
      if (innermost !== null) lines.set(innermost, [...(lines.get(innermost) ?? []), line]);
    }
  }
  return [...lines].map(([callee, own]) => ({ callee, lines: own }));
}

function mayHold({ startLine, extent }: Callee, line: number): boolean {
  if (extent === null) return line >= startLine && line < startLine + longestInlinedLines;
  return line >= extent.startLine && line <= extent.endLine && extent.holdsCode(line);
}
