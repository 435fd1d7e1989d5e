// Pyroscope's flamebearer: levels of [offset, total, own, name], offsets relative to the end of the box before.
// https://github.com/grafana/pyroscope/blob/main/pkg/og/structs/flamebearer/flamebearer.go
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { ProfileKind } from '../../../model/profile.js';
import type { StackProfile } from '../../stack-profile.js';
import { maxDrawnFrames, treeOfDrawing, type DrawnFrame } from './drawn-tree.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { detectJson } from '../input/json-shape.js';
import { readJson } from '../input/whole-file.js';

export const flamebearer: ProfileFormat = {
  id: 'flamebearer',
  expects: "Pyroscope's flamebearer JSON",
  tool: 'Pyroscope, Grafana',
  command: '`…/render?format=json`, Export, JSON',
  exactness:
    'as exact as the file (tried with files that Pyroscope exported for Python, Ruby and PHP); Pyroscope leaves out small frames (`maxNodes`). Comparisons are refused',
  detect: (head) => detectJson(head, ({ paths }) => paths.has('flamebearer.levels') || paths.has('flamebearer.names')),
  read,
};

const fileSchema = z.object({
  flamebearer: z.object({ names: z.array(z.string()), levels: z.array(z.array(z.number())), numTicks: z.number() }),
  metadata: z
    .object({
      format: z.string().default('single'),
      units: z.string().default(''),
      name: z.string().default(''),
      sampleRate: z.number().default(0),
    })
    .prefault({}),
});

const what = 'flamebearer';

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const file = fileSchema.safeParse(await readJson(source, what));
  if (!file.success) throw new UnreadableInputError(`${what}: expected names, levels and numTicks. ${z.prettifyError(file.error)}`);
  const { flamebearer: graph, metadata } = file.data;
  if (metadata.format === 'double') {
    throw new UnreadableInputError(
      `${what}: expected one profile, got a comparison of two (format "double"). Export the two sides one by one.`,
    );
  }
  const frames = readLevels(graph.levels, graph.names);
  if (frames[0]?.weight !== graph.numTicks) {
    throw new UnreadableInputError(
      `${what}: expected a first level of ${graph.numTicks} ticks, got ${frames[0]?.weight ?? 'none'}. Is the file complete?`,
    );
  }
  const { builder } = treeOfDrawing(frames, 0, what);
  const { unit, isCounted } = unitOf(metadata.units);
  return builder.finish({
    format: 'flamebearer',
    kind: options.kind ?? kindOf(`${metadata.name} ${metadata.units}`),
    unit,
    durationMs: null,
    samplesKnown: isCounted,
  });
}

function readLevels(levels: readonly (readonly number[])[], names: readonly string[]): DrawnFrame[] {
  const frames: DrawnFrame[] = [];
  for (const [level, boxes] of levels.entries()) {
    let left = 0;
    for (let at = 0; at < boxes.length; at += 4) {
      const [offset = NaN, weight = NaN, own = NaN, name = NaN] = boxes.slice(at, at + 4);
      const text = names[name];
      if (text === undefined || !(offset >= 0) || !(weight >= own) || !(own >= 0) || frames.length >= maxDrawnFrames) {
        throw new UnreadableInputError(`${what}: expected boxes of offset, total, own and name, level ${level} has others at ${at}.`);
      }
      left += offset;
      frames.push({ name: text, level, left, width: weight, weight });
      left += weight;
    }
  }
  return frames;
}

function unitOf(units: string): { unit: string; isCounted: boolean } {
  const time = /(nano|micro|milli)?seconds$/.exec(units)?.[0];
  if (time !== undefined) return { unit: time, isCounted: false };
  if (units === 'bytes') return { unit: 'bytes', isCounted: false };
  // CPU samples; counts of goroutines, locks and objects are no samples.
  return units === 'samples' ? { unit: 'samples', isCounted: true } : { unit: units === '' ? 'unknown' : units, isCounted: false };
}

function kindOf(text: string): ProfileKind {
  if (/lock|mutex|block/.test(text)) return 'lock';
  if (/alloc|inuse|objects|bytes|memory/.test(text)) return 'alloc';
  if (/wall|goroutine/.test(text)) return 'wall';
  return /cpu|itimer/.test(text) ? 'cpu' : 'unknown';
}
