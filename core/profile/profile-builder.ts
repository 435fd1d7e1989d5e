import { UnreadableInputError } from '../model/errors.js';
import type { Frame, ProfileKind } from '../model/profile.js';
import { createCallTree, inclusiveTotals, type TreeColumns } from './call-tree.js';
import type { LineWeight, ProfileNote, StackProfile } from './stack-profile.js';

/** What a reader knows only at the end of its file. */
export interface ProfileHeader {
  format: string;
  kind: ProfileKind;
  unit: string;
  durationMs: number | null;
  /** False when the sample counts handed to `add` were guesses (weights of an unknown unit, aggregated records). */
  samplesKnown: boolean;
  /** Rank by the number of samples: the weights turned out to be no measure (see `measured`). */
  countsOnly?: boolean;
  /** Where the file tells it; else it follows from what was added. */
  effectiveSamples?: number;
}

/** Collects stacks and owns the invariants of `StackProfile`: weights finite and not negative, frames interned once, total = Σ self. */
export interface ProfileBuilder {
  /** Id of a frame; frames with the same key are the same function. The key is name and module unless a format knows better. */
  frame(frame: Frame, key?: string): number;
  child(parent: number, frame: number): number;
  /** `samples` taken samples of together `weight` ended in `node`; 0 where the format does not count them. */
  add(node: number, weight: number, samples: number): void;
  addIdle(weight: number, samples: number): void;
  addLine(node: number, line: number, weight: number): void;
  note(id: string, detail: string): void;
  /** What was added so far: for readers that must judge their weights before they finish. */
  measured(): MeasuredWeights;
  finish(header: ProfileHeader): StackProfile;
}

/** Sums over the samples that were added. */
export interface MeasuredWeights {
  samples: number;
  effectiveSamples: number;
  /** The largest weight of one sample, as a share of all. */
  largestShare: number;
}

export const rootNode = 0;

const outsideOfStacks: Frame = { name: '[unknown]', module: '', line: null };

export function createProfileBuilder(): ProfileBuilder {
  const tree = createCallTree();
  const frames: Frame[] = [];
  const ids = new Map<string, number>();
  const lines = new Map<number, Map<number, number>>();
  const notes: ProfileNote[] = [];
  let samples = 0;
  let weights = 0;
  /** Σ w² over samples; a record of n samples is n samples of an nth of its weight. */
  let squares = 0;
  let largest = 0;
  let idleWeight: number | null = null;

  const measured = (): MeasuredWeights => ({
    samples,
    effectiveSamples: squares > 0 ? Math.min(samples, (weights * weights) / squares) : samples,
    largestShare: weights > 0 ? largest / weights : 0,
  });

  const frame = (named: Frame, key = `${named.name}\u0000${named.module}`): number => {
    const known = ids.get(key);
    if (known !== undefined) return known;
    frames.push({ name: detached(named.name), module: detached(named.module), line: named.line });
    ids.set(detached(key), frames.length - 1);
    return frames.length - 1;
  };

  return {
    frame,
    child: (parent, frame) => tree.child(parent, frame),
    add(at, weight, count) {
      // The root is no function: what fell on it, outside of every stack, is ranked as unknown.
      const node = at === rootNode && weight > 0 ? tree.child(rootNode, frame(outsideOfStacks)) : at;
      tree.add(node, checked(weight), count);
      const each = count > 0 ? weight / count : weight;
      samples += count;
      weights += weight;
      squares += each * weight;
      if (each > largest) largest = each;
    },
    addIdle(weight) {
      idleWeight = (idleWeight ?? 0) + checked(weight);
    },
    addLine(node, line, weight) {
      const ofNode = lines.get(node) ?? new Map<number, number>();
      ofNode.set(line, (ofNode.get(line) ?? 0) + checked(weight));
      lines.set(node, ofNode);
    },
    note(id, detail) {
      notes.push({ id, detail });
    },
    measured,
    finish(header) {
      const columns = tree.columns();
      const { samplesKnown, countsOnly = false, effectiveSamples = measured().effectiveSamples, ...rest } = header;
      const weighed = countsOnly ? { ...columns, self: columns.samples } : columns;
      foldPseudoLeaves(frames, weighed);
      const { parents, frameOf, self } = weighed;
      const totals = inclusiveTotals(parents, self);
      return Object.freeze({
        ...rest,
        frames,
        parents,
        frameOf,
        self,
        totals,
        total: totals[rootNode] ?? 0,
        samples: samplesKnown ? Math.round(sum(weighed.samples)) : null,
        samplesOf: samplesKnown ? weighed.samples : null,
        effectiveSamples: samplesKnown ? (countsOnly ? sum(weighed.samples) : effectiveSamples) : null,
        idleWeight,
        hotLines: sortedLines(lines),
        notes,
      });
    },
  };
}

/** Leaves that other tools add to a stack to say what its last function did: no functions, the time is the function's own. */
const pseudoLeaf = /^(?:CPU_TIME|(?:UN)?MANAGED_CODE_TIME|\[self\])$/;

/** Gives what fell on such leaves to the functions above them (dotnet-trace, PerfView, pyinstrument). */
function foldPseudoLeaves(frames: readonly Frame[], columns: TreeColumns): void {
  moveSelf(
    columns,
    (node) => {
      const parent = columns.parents[node] ?? rootNode;
      return parent !== rootNode && pseudoLeaf.test(frames[columns.frameOf[node] ?? -1]?.name ?? '') ? parent : node;
    },
    frames.some((frame) => pseudoLeaf.test(frame.name)),
  );
}

function moveSelf(columns: TreeColumns, target: (node: number) => number, isNeeded: boolean): void {
  if (!isNeeded) return;
  for (let node = columns.parents.length - 1; node > 0; node--) {
    const into = target(node);
    if (into === node) continue;
    for (const column of new Set([columns.self, columns.samples])) {
      column[into] = (column[into] ?? 0) + (column[node] ?? 0);
      column[node] = 0;
    }
  }
}

function sum(column: Float64Array): number {
  let all = 0;
  for (const value of column) all += value;
  return all;
}

function sortedLines(lines: Map<number, Map<number, number>>): Map<number, LineWeight[]> {
  const sorted = new Map<number, LineWeight[]>();
  for (const [node, weights] of lines) {
    const entries = [...weights].map(([line, weight]) => ({ line, weight }));
    sorted.set(
      node,
      entries.sort((a, b) => b.weight - a.weight || a.line - b.line),
    );
  }
  return sorted;
}

/** More picoseconds than the universe is old: no measurement, and squares of it could not be added up. */
const mostWeight = 1e30;

function checked(weight: number): number {
  if (weight >= 0 && weight <= mostWeight) return weight;
  throw new UnreadableInputError(`profile: expected a finite weight that is not negative, at most ${mostWeight}, got ${weight}.`);
}

/** V8 keeps the whole chunk alive behind a slice of it; a name that stays must be a copy of its own. */
export function detached(text: string): string {
  return text.length < 13 ? text : decoder.decode(encoder.encode(text));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
