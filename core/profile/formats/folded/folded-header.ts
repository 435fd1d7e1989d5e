import type { ProfileKind } from '../../../model/profile.js';

/** First line of a file that this program wrote: only there the comments below mean what they say. */
export const foldedMark = '# perf-responder folded stacks';

/** What comments of folded text tell of its weights. */
export interface FoldedHeader {
  kind: ProfileKind;
  /** Null: not told. */
  unit: string | null;
  durationMs: number | null;
  /** Weight of one sample, for tools that write time: austin's interval in microseconds. */
  weightPerSample: number | null;
  /** Of a file that this program wrote. */
  samples: { counted: number; effective: number; ofWeight: number } | null;
  isOwn: boolean;
  /** Of an own file: the stack `(idle)` is time that was kept apart. */
  isIdleApart: boolean;
  /** Of an own file: samples of each stack, in their order; empty where the weight tells. */
  counts: number[];
}

export function emptyHeader(): FoldedHeader {
  return {
    kind: 'unknown',
    unit: null,
    durationMs: null,
    weightPerSample: null,
    samples: null,
    isOwn: false,
    isIdleApart: false,
    counts: [],
  };
}

const kinds: readonly ProfileKind[] = ['cpu', 'wall', 'off-cpu', 'lock', 'alloc'];

/** Takes one comment in. austin writes `# austin: 3.3.0`, `# interval: 10000`, `# mode: wall`; its weights are microseconds (bytes in memory mode). */
export function readComment(line: string, header: FoldedHeader): void {
  if (line.trim() === foldedMark) header.isOwn = true;
  const [, key = '', behind = ''] = /^# *([a-z-]+):(.*)/.exec(line) ?? [];
  const value = behind.trim();
  if (key === 'austin') header.unit = 'microseconds';
  if (key === 'mode' || (key === 'kind' && header.isOwn)) header.kind = kinds.find((kind) => kind === value) ?? header.kind;
  if (key === 'mode' && value === 'memory') Object.assign(header, { unit: 'bytes', kind: 'alloc' });
  if (key === 'interval' && header.unit === 'microseconds') header.weightPerSample = positive(value);
  if (key === 'duration' && !header.isOwn && header.unit === 'microseconds') header.durationMs = scaled(positive(value), 1e-3);
  if (header.isOwn) readOwn(key, value, header);
}

function readOwn(key: string, value: string, header: FoldedHeader): void {
  if (key === 'unit') header.unit = value;
  if (key === 'duration') header.durationMs = positive(value.replace(/ ms$/, ''));
  if (key === 'counts') header.counts = value.split(',').map(Number);
  if (key === 'idle') header.isIdleApart = value === 'apart';
  if (key !== 'samples') return;
  const [, counted, effective, ofWeight] = /^(\S+) \(effective (\S+) of (\S+)\)$/.exec(value) ?? [];
  const numbers = [counted, effective, ofWeight].map((text) => positive(text ?? ''));
  const [all, telling, weight] = numbers;
  if (all != null && telling != null && weight != null) header.samples = { counted: all, effective: telling, ofWeight: weight };
}

function positive(text: string): number | null {
  const number = Number(text);
  return text !== '' && Number.isFinite(number) && number > 0 ? number : null;
}

function scaled(number: number | null, factor: number): number | null {
  return number === null ? null : number * factor;
}
