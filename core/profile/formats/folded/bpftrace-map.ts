// A bpftrace map of stacks as it is printed at the end: `@name[` then the frames, leaf first, then other keys and `]: 12`.
// https://github.com/bpftrace/bpftrace/blob/master/docs/reference_guide.md (ustack, kstack)
import type { Frame } from '../../../model/profile.js';
import { createProfileBuilder, detached, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { addWeight, areSampleCounts, emptyShape, type WeightShape } from './folded-weights.js';
import { createLeftOut, type LeftOut } from '../input/left-out.js';
import { forEachLine } from '../input/text-lines.js';

export const bpftraceMap: ProfileFormat = {
  id: 'bpftrace-map',
  expects: 'bpftrace map of stacks (`@[ustack] = count()`)',
  tool: 'bpftrace (tried with 0.17)',
  command: "`bpftrace -e 'profile:hz:99 { @[kstack, ustack] = count(); }'`",
  exactness: 'exact counts; kind and unit are not in the text',
  detect: ({ text }) => (/^@\w*\[[^\]\n]*\n {4}\S/m.test(text) && /\]: \d+\s*$/m.test(text) ? 'yes' : 'no'),
  read,
};

interface OpenEntry {
  map: string;
  /** Leaf first; with a kernel and a user stack the kernel's is printed first, and runs on top. */
  leafFirst: string[];
}

interface State {
  builder: ProfileBuilder;
  leftOut: LeftOut;
  shape: WeightShape;
  maps: Set<string>;
  open: OpenEntry | null;
  entries: number;
}

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const state: State = {
    builder: createProfileBuilder(),
    leftOut: createLeftOut({ format: 'bpftrace', expected: 'maps of stacks (`@[` … `]: 12`)', records: 'lines' }),
    shape: emptyShape(),
    maps: new Set(),
    open: null,
    entries: 0,
  };
  let lineNumber = 0;
  await forEachLine(source, (line) => {
    lineNumber++;
    readLine(state, line, `line ${lineNumber}`);
  });
  const { builder, leftOut, shape, maps, entries } = state;
  if (state.open !== null) leftOut.add(`line ${lineNumber}`, '@[ without its end');
  leftOut.settle(builder, entries);
  if (maps.size > 1) builder.note('threads', `${maps.size} maps in one ranking: ${[...maps].map((name) => `@${name}`).join(', ')}`);
  const isSamples = areSampleCounts(shape);
  return builder.finish({
    format: 'bpftrace-map',
    kind: options.kind ?? 'unknown',
    unit: isSamples ? 'samples' : 'unknown',
    durationMs: null,
    samplesKnown: isSamples,
  });
}

function readLine(state: State, line: string, place: string): void {
  const { open, leftOut } = state;
  const start = /^@(\w*)\[(?!.*\]: )/.exec(line);
  if (start !== null) {
    if (open !== null) leftOut.add(place, '@[ without its end');
    state.open = { map: detached(start[1] ?? ''), leafFirst: [] };
  } else if (open === null) {
    // bpftrace's own words, maps without stacks and what a script prints stand between.
    const bare = /^@(\w*)\[(?:,[^\]]*)?\]: (\d+)\s*$/.exec(line);
    if (bare !== null) {
      // A sample whose stack could not be walked.
      state.maps.add(detached(bare[1] ?? ''));
      addEntry({ map: '', leafFirst: [] }, Number(bare[2]), state.builder, state.shape);
      state.entries++;
    } else if (!/^(?:Attach(?:ing|ed) |\s*(?:\^C\s*)?$|@\w*(?:\[.*\])?: )/.test(line)) leftOut.add(place, line);
  } else {
    const weight = readEntryLine(line, open);
    if (weight === null) return;
    state.maps.add(open.map);
    addEntry(open, weight, state.builder, state.shape);
    state.entries++;
    state.open = null;
  }
}

/** Null until the entry ends. */
function readEntryLine(line: string, entry: OpenEntry): number | null {
  const end = /^(?:, .*|,.*)?\]: (\d+)\s*$/.exec(line);
  if (end !== null) return Number(end[1]);
  // A line with a comma alone stands between two stacks.
  if (!line.startsWith(',') && line.trim() !== '') entry.leafFirst.push(detached(line.trim()));
  return null;
}

function addEntry(entry: OpenEntry, weight: number, builder: ProfileBuilder, shape: WeightShape): void {
  const { leafFirst } = entry;
  let node = rootNode;
  for (let index = leafFirst.length - 1; index >= 0; index--) node = builder.child(node, builder.frame(frameOf(leafFirst[index] ?? '')));
  if (node === rootNode) node = builder.child(rootNode, builder.frame(frameOf('')));
  builder.add(node, weight, weight);
  addWeight(weight, shape);
}

/** `main+18`, `vfs_read+157`, `0x55adb17732d9`, `hot+4 (/srv/app)` in newer versions, `ffffffff8160abcd hot+4 (/srv/app)` of `ustack(perf)`. */
function frameOf(text: string): Frame {
  const [, symbol = text, module = ''] = /^(?:[0-9a-f]{4,16} (?=\S))?(.*?)(?: \(([^()]+)\))?$/.exec(text) ?? [];
  const name = symbol.replace(/\+(?:0x[0-9a-f]+|\d+)$/, '');
  return { name: name === '' || /^0x[0-9a-f]+$/.test(name) ? '[unknown]' : name, module, line: null };
}
