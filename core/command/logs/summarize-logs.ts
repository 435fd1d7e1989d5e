import type { LogEntry, LogLevel } from './log-line.js';
import { maskLine } from './mask-line.js';
import { TemplateMiner } from './template-miner.js';

export interface LogTemplate {
  template: string;
  /** Within the window. */
  count: number;
  firstAt: string | null;
  lastAt: string | null;
  /** Of the time before the window, scaled to the window's length; null: that time was not read. */
  before: number | null;
  state: 'new' | 'rising' | 'usual';
  /** Paths of requests that its lines name, the most frequent first. */
  paths: string[];
  /** One of its lines, with what follows it. */
  sample: string;
}

export interface LogWindow {
  /** Lines from here on count; those before are what is usual. */
  fromMs: number;
  toMs: number;
  /** Where the comparison begins; null: nothing from before was read. */
  beforeFromMs: number | null;
}

const pathsShown = 5;
const sampleLines = 8;
const sampleChars = 2000;
/**
 * A template is rising when its count is more than five times the usual one, and the difference is beyond chance: counts of rare events scatter by
 * their square root (Poisson), so three of these on both sides.
 */
const risingFactor = 5;
const poissonWidths = 3;

const errorLevels: readonly (LogLevel | null)[] = ['fatal', 'error'];

/** Entries that report something wrong: by their level, and without one by the stack below them. */
export function isProblem(entry: LogEntry): boolean {
  if (entry.level !== null) return errorLevels.includes(entry.level);
  return entry.more.some((line) => /^\s*at\s|^Traceback/.test(line));
}

function stateOf(count: number, before: number | null): LogTemplate['state'] {
  if (before === null) return 'usual';
  if (before === 0) return 'new';
  const isBeyondChance = count - before > poissonWidths * Math.sqrt(count + before);
  return count > risingFactor * before && isBeyondChance ? 'rising' : 'usual';
}

function topPaths(entries: readonly LogEntry[]): string[] {
  const counts = new Map<string, number>();
  for (const { path } of entries) if (path !== null) counts.set(path, (counts.get(path) ?? 0) + 1);
  const sorted = [...counts].sort(([left, a], [right, b]) => b - a || left.localeCompare(right));
  return sorted.slice(0, pathsShown).map(([path]) => path);
}

function sampleOf(entry: LogEntry): string {
  return [entry.message, ...entry.more].slice(0, sampleLines).join('\n').slice(0, sampleChars);
}

interface Mined {
  group: LogEntry[];
  before: number;
}

/** Mines both times together, so that a message has the same template before and after. */
function mine(entries: readonly LogEntry[], window: LogWindow): [string, Mined][] {
  const miner = new TemplateMiner();
  const mined = new Map<number, Mined>();
  for (const entry of entries) {
    const group = miner.add(maskLine(entry.message));
    const of = mined.get(group) ?? { group: [], before: 0 };
    if (entry.atMs !== null && entry.atMs < window.fromMs) of.before += 1;
    else of.group.push(entry);
    mined.set(group, of);
  }
  return [...mined].map(([group, of]) => [miner.templateOf(group), of]);
}

/**
 * The messages of a window, new and rising ones first, then by count. Entries without a time count to the window: whoever read them asked for it.
 */
export function summarizeLogs(entries: readonly LogEntry[], window: LogWindow): LogTemplate[] {
  const ratio = window.beforeFromMs === null ? 0 : (window.toMs - window.fromMs) / Math.max(window.fromMs - window.beforeFromMs, 1);
  const order = ['new', 'rising', 'usual'];
  return mine(entries, window)
    .filter(([, { group }]) => group.length > 0)
    .map(([template, { group, before }]): LogTemplate => {
      const usual = window.beforeFromMs === null ? null : before * ratio;
      const times = group.flatMap(({ atMs }) => (atMs === null ? [] : [atMs])).sort((left, right) => left - right);
      const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
      return {
        template,
        count: group.length,
        firstAt: iso(times[0]),
        lastAt: iso(times.at(-1)),
        before: usual,
        state: stateOf(group.length, usual),
        paths: topPaths(group),
        sample: group[0] === undefined ? '' : sampleOf(group[0]),
      };
    })
    .sort((left, right) => order.indexOf(left.state) - order.indexOf(right.state) || right.count - left.count);
}
