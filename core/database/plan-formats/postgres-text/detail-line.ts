import type { RawRecord } from './node-title.js';

/** Numbers of the JSON format under the same name. */
const numberKeys = new Set([
  'Rows Removed by Filter',
  'Rows Removed by Index Recheck',
  'Rows Removed by Join Filter',
  'Heap Fetches',
  'Workers Planned',
  'Workers Launched',
]);
/** Written by the line of the node itself, or with another type in the JSON format. */
const reserved = new Set([
  'Node Type',
  'Plans',
  'Workers',
  'Subplan Name',
  'Parent Relationship',
  'Operation',
  'Strategy',
  'Disk Usage',
  'Hash Batches',
]);

/** One `Key: value` line below a node, or of one of its workers, in the keys of the JSON format. */
export function readDetail(line: string, target: RawRecord): void {
  const match = /^\s*([A-Z][\w/ -]*):\s(.*)/s.exec(line);
  if (match === null) return;
  const [key = '', value = ''] = [match[1], match[2]?.trim()];
  const read = special[key];
  if (read !== undefined) Object.assign(target, read(value));
  else if (numberKeys.has(key)) target[key] = Number.parseFloat(value);
  else if (!reserved.has(key) && !/ (?:Rows|Cost|Time|Loops|Blocks)$/.test(key)) target[key] = value;
}

const special: Partial<Record<string, (value: string) => RawRecord>> = {
  'Sort Method': (value) => {
    const space = /\s(Memory|Disk): (\d+)kB/.exec(value);
    return space === null
      ? { 'Sort Method': value }
      : { 'Sort Method': value.slice(0, space.index).trimEnd(), 'Sort Space Type': space[1], 'Sort Space Used': Number(space[2]) };
  },
  Storage: (value) => ({ Storage: /^\w+/.exec(value)?.[0], ...numbered(value, { 'Maximum Storage': 'Maximum Storage' }) }),
  Buffers: readBuffers,
  Buckets: (value) => numbered(value, { Batches: 'Hash Batches' }),
  Batches: (value) => numbered(`Batches: ${value}`, { Batches: 'HashAgg Batches', 'Disk Usage': 'Disk Usage' }),
  'Planned Partitions': (value) => numbered(value, { Batches: 'HashAgg Batches', 'Disk Usage': 'Disk Usage' }),
  'Heap Blocks': (value) => numbered(value, { exact: 'Exact Heap Blocks', lossy: 'Lossy Heap Blocks' }),
};

function numbered(text: string, names: Record<string, string>): RawRecord {
  const found: RawRecord = {};
  for (const [word, key] of Object.entries(names)) {
    const value = numberAfter(text, word);
    if (value !== null) found[key] = value;
  }
  return found;
}

/** `shared hit=5 read=1, temp read=2 written=3`. What is not named is zero. */
export function readBuffers(value: string): RawRecord {
  const part = (kind: string): string => new RegExp(`\\b${kind} ((?:\\w+=\\d+ ?)+)`).exec(value)?.[1] ?? '';
  const [shared, temp] = [part('shared'), part('temp')];
  return {
    'Shared Hit Blocks': numberAfter(shared, 'hit') ?? 0,
    'Shared Read Blocks': numberAfter(shared, 'read') ?? 0,
    'Temp Read Blocks': numberAfter(temp, 'read') ?? 0,
    'Temp Written Blocks': numberAfter(temp, 'written') ?? 0,
  };
}

export function numberAfter(text: string, word: string): number | null {
  const match = new RegExp(`\\b${word}[:= ]\\s*(\\d+(?:\\.\\d+)?)`).exec(text);
  return match === null ? null : Number(match[1]);
}

/** The line `Worker 0:  actual time=…`, `Worker 0:  Sort Method: …`, or the number alone. Its further lines stand below it. */
export function readWorkerLine(line: string): { column: number; worker: RawRecord } | null {
  const match = /^(\s*)Worker (\d+):(.*)/s.exec(line);
  if (match === null) return null;
  const [, indent = '', number, behind = ''] = match;
  const rest = behind.trim();
  const worker: RawRecord = { 'Worker Number': Number(number) };
  const actual = /actual (?:time=\d+(?:\.\d*)?\.\.(\d+(?:\.\d*)?) )?rows=(\d+(?:\.\d*)?) loops=(\d+)/.exec(rest);
  if (actual === null) readDetail(rest, worker);
  else {
    if (actual[1] !== undefined) worker['Actual Total Time'] = Number(actual[1]);
    Object.assign(worker, { 'Actual Rows': Number(actual[2]), 'Actual Loops': Number(actual[3]) });
  }
  return { column: indent.length, worker };
}
