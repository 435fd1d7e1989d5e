import { UnreadableInputError } from '../model/errors.js';
import type { Frame, ProfileKind } from '../model/profile.js';
import { createCallTree } from './call-tree.js';
import type { LineWeight, ProfileNote, StackProfile } from './stack-profile.js';

/** What a reader knows only at the end of its file. */
export interface ProfileHeader {
  format: string;
  kind: ProfileKind;
  unit: string;
  durationMs: number | null;
  /** False when the sample counts handed to `add` were guesses (weights of an unknown unit, aggregated records). */
  samplesKnown: boolean;
}

/** Collects stacks and owns the invariants of `StackProfile`: weights finite and not negative, frames interned once, total = Σ self. */
export interface ProfileBuilder {
  /** Id of a frame; frames with the same key are the same function. The key is name and module unless a format knows better. */
  frame(frame: Frame, key?: string): number;
  child(parent: number, frame: number): number;
  add(node: number, weight: number, samples: number): void;
  addIdle(weight: number, samples: number): void;
  addLine(node: number, line: number, weight: number): void;
  note(id: string, detail: string): void;
  finish(header: ProfileHeader): StackProfile;
}

export const rootNode = 0;

export function createProfileBuilder(): ProfileBuilder {
  const tree = createCallTree();
  const frames: Frame[] = [];
  const ids = new Map<string, number>();
  const lines = new Map<number, Map<number, number>>();
  const notes: ProfileNote[] = [];
  let samples = 0;
  let idleWeight: number | null = null;

  return {
    frame(frame, key = `${frame.name}\u0000${frame.module}`) {
      const known = ids.get(key);
      if (known !== undefined) return known;
      frames.push({ name: detached(frame.name), module: detached(frame.module), line: frame.line });
      ids.set(detached(key), frames.length - 1);
      return frames.length - 1;
    },
    child: (parent, frame) => tree.child(parent, frame),
    add(node, weight, count) {
      tree.add(node, checked(weight));
      samples += count;
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
    finish(header) {
      const columns = tree.columns();
      const { samplesKnown, ...rest } = header;
      return Object.freeze({
        ...rest,
        frames,
        ...columns,
        total: columns.totals[rootNode] ?? 0,
        samples: samplesKnown ? Math.round(samples) : null,
        idleWeight,
        hotLines: sortedLines(lines),
        notes,
      });
    },
  };
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

function checked(weight: number): number {
  if (Number.isFinite(weight) && weight >= 0) return weight;
  throw new UnreadableInputError(`profile: expected a finite weight that is not negative, got ${weight}.`);
}

/** V8 keeps the whole chunk alive behind a slice of it; a name that stays must be a copy of its own. */
export function detached(text: string): string {
  return text.length < 13 ? text : decoder.decode(encoder.encode(text));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
