// Text of `perf script`: a header line per sample (`comm pid/tid [cpu] time: period event:`), frames below it leaf first
// (`address symbol+0x12 (dso)`), an empty line after it. https://man7.org/linux/man-pages/man1/perf-script.1.html
import { UnreadableInputError } from '../../../model/errors.js';
import type { StackProfile } from '../../stack-profile.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from '../format.js';
import { forEachLines } from '../input/byte-lines.js';
import type { EventTree } from './perf-event-tree.js';
import { baseEvent, kindOfEvent, unitOfEvent } from './perf-events.js';
import { isPerfFrame, parsePerfHeader } from './perf-lines.js';
import { createPerfSamples, endSample, readPerfLines, type PerfSamples } from './perf-samples.js';

export const perfScript: ProfileFormat = {
  id: 'perf-script',
  expects: 'text of `perf script` (with comm, pid, time, event, ip, sym, dso)',
  tool: 'perf of Linux 3 and later (tried with 6.1)',
  command: '`perf script --no-inline -F comm,pid,tid,time,period,event,ip,sym,dso`; `perf.data` itself where `perf` is installed',
  exactness: 'exact, weighed by period; one event is ranked, the others are told',
  detect,
  read,
};

const howToCapture = 'Run `perf record -g`, then `perf script -F comm,pid,tid,time,period,event,ip,sym,dso`.';

function detect(head: ProfileHead): Detection {
  const lines = firstLines(head.text, mostLinesLookedAt + 1);
  let whole = 0;
  for (const [index, line] of lines.slice(0, mostLinesLookedAt).entries()) {
    const header = parsePerfHeader(line);
    if (header === null) continue;
    if (header.inlineFrame !== null || isPerfFrame(lines[index + 1] ?? '')) return 'yes';
    // Samples without any stack are recognised, too: the reader says what is missing.
    if (header.event !== null && header.seconds !== null && ++whole === 3) return 'yes';
  }
  return lines.length === 0 && !head.isComplete ? 'maybe' : 'no';
}

const mostLinesLookedAt = 200;

/** So many lines that are neither empty nor comments. */
function firstLines(text: string, count: number): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length && lines.length < count;) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    const line = text.slice(start, end).replace(/\r$/, '');
    if (line.trim() !== '' && !line.startsWith('#')) lines.push(line);
    start = end + 1;
  }
  return lines;
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const samples = createPerfSamples();
  await forEachLines(source, (block, start, end) => readPerfLines(block, start, end, samples), options.giveBack);
  endSample(samples);
  return finish(samples, options);
}

function finish(state: PerfSamples, options: ReadOptions): StackProfile {
  const trees = [...state.events.values()].filter((tree) => tree.samples > 0);
  const chosen = chooseEvent(trees, options);
  if (chosen === undefined) {
    const wanted = options.valueType === undefined ? '' : ` of event ${options.valueType}`;
    const seen = trees.map((tree) => tree.event).join(', ') || 'none';
    throw new UnreadableInputError(`perf script: expected samples${wanted}, got events: ${seen}. ${howToCapture}`);
  }
  if (chosen.withoutStack === chosen.samples) {
    throw new UnreadableInputError(
      `perf script: expected stacks, got ${chosen.samples} samples of ${chosen.event} without any frame. ${howToCapture}`,
    );
  }
  const { builder } = chosen;
  const placed = trees.reduce((sum, tree) => sum + tree.samples, 0);
  const dropped = trees.filter((tree) => tree !== chosen).map((tree) => `${tree.event} (${tree.samples} samples)`);
  if (dropped.length > 0) builder.note('other-events', `ranked ${chosen.event} only; not added to it: ${dropped.join(', ')}`);
  state.leftOut.settle(builder, placed);
  const isCounted = chosen.withoutPeriod === chosen.samples;
  const countsOnly = !isCounted && areBrokenPeriods(chosen);
  const { firstSeconds, lastSeconds } = chosen;
  return builder.finish({
    format: 'perf-script',
    kind: options.kind ?? kindOfEvent(chosen.event),
    unit: isCounted || countsOnly ? 'samples' : unitOfEvent(chosen.event),
    durationMs: chosen.samples > 1 && firstSeconds !== null && lastSeconds !== null ? (lastSeconds - firstSeconds) * 1000 : null,
    samplesKnown: true,
    countsOnly,
  });
}

/** Samples of a CPU event at a steady rate weigh alike. When a handful carries nearly all, the period of some sample is wrong. */
const leastEvenness = 0.05;
const samplesToJudge = 20;

function areBrokenPeriods(tree: EventTree): boolean {
  const { samples, effectiveSamples, largestShare } = tree.builder.measured();
  if (tree.withoutPeriod > 0) {
    tree.builder.note('uneven-weights', `${tree.withoutPeriod} of ${tree.samples} samples have no period: samples are counted instead`);
    return true;
  }
  if (kindOfEvent(tree.event) !== 'cpu' || samples < samplesToJudge || effectiveSamples >= leastEvenness * samples) return false;
  tree.builder.note(
    'uneven-weights',
    `one sample of ${samples} carries ${(Math.floor(largestShare * 10_000) / 100).toFixed(2)} % of the weight, as no steady sampling does: samples are counted instead of periods`,
  );
  return true;
}

function chooseEvent(trees: readonly EventTree[], options: ReadOptions): EventTree | undefined {
  const { valueType, kind } = options;
  if (valueType !== undefined) return trees.find((tree) => tree.event === valueType || baseEvent(tree.event) === valueType);
  const wanted = kind === undefined ? undefined : trees.find((tree) => kindOfEvent(tree.event) === kind);
  return wanted ?? trees.find((tree) => kindOfEvent(tree.event) === 'cpu') ?? trees[0];
}
