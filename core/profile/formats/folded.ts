// Brendan Gregg's folded stacks, also written by inferno, async-profiler (`collapsed`), py-spy (`raw`), rbspy, 0x and austin:
// `root;caller;leaf 12`. Names may contain spaces, so the weight is what follows the LAST one.
import { UnreadableInputError } from '../../model/errors.js';
import type { ProfileKind } from '../../model/profile.js';
import { frameKey, parseFrameName } from '../categories/frame-name.js';
import { createProfileBuilder, detached, rootNode, type ProfileBuilder } from '../profile-builder.js';
import type { StackProfile } from '../stack-profile.js';
import { detectFolded } from './folded-detect.js';
import type { ProfileFormat, ReadOptions } from './format.js';
import { forEachLine } from './text-lines.js';

export const folded: ProfileFormat = {
  id: 'folded',
  expects: 'folded stacks (`root;caller;leaf 12` on every line)',
  detect: detectFolded,
  read: readFolded,
};

/** More malformed lines than this, and the file is something else. */
const maxMalformedShare = 0.05;

interface Tally {
  lines: number;
  malformed: number;
  firstMalformed: string;
  differential: number;
  isIntegral: boolean;
  divisor: number;
  total: number;
  kind: ProfileKind;
}

async function readFolded(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const builder = createProfileBuilder();
  const frameIds = new Map<string, number>();
  const tally: Tally = {
    lines: 0,
    malformed: 0,
    firstMalformed: '',
    differential: 0,
    isIntegral: true,
    divisor: 0,
    total: 0,
    kind: 'unknown',
  };
  let lineNumber = 0;
  await forEachLine(source, (line) => {
    lineNumber++;
    if (line === '' || line.trim() === '') return;
    if (line.startsWith('#')) {
      readComment(line, tally);
      return;
    }
    readStackLine(line, lineNumber, builder, frameIds, tally);
  });
  return finish(builder, tally, options);
}

/** austin's metadata: `# mode: wall`. */
function readComment(line: string, tally: Tally): void {
  const mode = /^# mode: *(wall|cpu)/.exec(line)?.[1];
  if (mode === 'wall' || mode === 'cpu') tally.kind = mode;
}

function readStackLine(line: string, lineNumber: number, builder: ProfileBuilder, frameIds: Map<string, number>, tally: Tally): void {
  const trimmed = line.trimEnd();
  const split = trimmed.lastIndexOf(' ');
  const weight = split === -1 ? NaN : Number(trimmed.slice(split + 1));
  tally.lines++;
  if (split === -1 || !Number.isFinite(weight) || weight < 0 || split === trimmed.length - 1) {
    tally.malformed++;
    if (tally.firstMalformed === '') tally.firstMalformed = `line ${lineNumber}: "${detached(trimmed.slice(0, 120))}"`;
    return;
  }
  if (weight === 0) return;
  const stack = trimmed.slice(0, split);
  if (/ \d+$/.test(stack)) tally.differential++;
  countWeight(weight, tally);
  let node = rootNode;
  for (let start = 0; start <= stack.length;) {
    const end = stack.indexOf(';', start);
    const name = stack.slice(start, end === -1 ? stack.length : end);
    start = end === -1 ? stack.length + 1 : end + 1;
    if (name !== '' || stack.trim() === '') node = builder.child(node, internFrame(name, builder, frameIds));
  }
  builder.add(node, weight, weight);
}

function internFrame(raw: string, builder: ProfileBuilder, frameIds: Map<string, number>): number {
  const known = frameIds.get(raw);
  if (known !== undefined) return known;
  const frame = raw.trim() === '' ? { name: '[unknown]', module: '', line: null } : parseFrameName(raw.trim());
  const id = builder.frame(frame, frameKey(frame));
  frameIds.set(detached(raw), id);
  return id;
}

function countWeight(weight: number, tally: Tally): void {
  tally.total += weight;
  if (!Number.isInteger(weight)) tally.isIntegral = false;
  if (tally.isIntegral && tally.divisor !== 1) tally.divisor = greatestDivisor(tally.divisor, weight);
}

function greatestDivisor(a: number, b: number): number {
  return a === 0 ? b : greatestDivisor(b % a, a);
}

function finish(builder: ProfileBuilder, tally: Tally, options: ReadOptions): StackProfile {
  const used = tally.lines - tally.malformed;
  if (used === 0 || tally.malformed > Math.max(1, maxMalformedShare * tally.lines)) {
    throw new UnreadableInputError(
      `folded stacks: expected \`root;caller;leaf 12\` on every line, but ${tally.malformed} of ${tally.lines} lines are not (${tally.firstMalformed || 'the file has none'}). Give the unmodified output of the profiler.`,
    );
  }
  if (tally.differential === used) {
    throw new UnreadableInputError(
      'folded stacks: expected one weight per line, got two (a differential flame graph). Give one of the two captures it was made of.',
    );
  }
  if (tally.malformed > 0) builder.note('malformed-lines', `${tally.malformed} of ${tally.lines} lines left out (${tally.firstMalformed})`);
  const isSamples = areSampleCounts(tally);
  if (!isSamples) builder.note('unit', 'the weights are no sample counts, so the number of samples is unknown');
  return builder.finish({
    format: 'folded',
    kind: options.kind ?? tally.kind,
    unit: isSamples ? 'samples' : 'unknown',
    durationMs: null,
    samplesKnown: isSamples,
  });
}

/**
 * The text names no unit. Fractions, a common period of a thousand and more (inferno writes nanoseconds) or more than 50 million
 * (ten hours at 99 Hz on 14 cores) cannot be counted samples: an interval computed from them would be absurdly narrow.
 */
function areSampleCounts(tally: Tally): boolean {
  return tally.isIntegral && tally.divisor < 1000 && tally.total <= 50_000_000;
}
