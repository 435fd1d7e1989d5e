/** What a culprit burns more CPU in than its parent: rates per request, because shares of two profiles do not compare. */
import type { FunctionGrowth, ProfileGrowth } from '../model/bisect.js';
import type { ProfileSummary } from '../model/profile.js';

export interface ProfiledCommit {
  profile: ProfileSummary;
  cpuPerRequestMs: number;
  /** Name of the folder that the commit ran in: what comes after it in a path is the same on both sides. */
  folder: string;
}

/** Neighbouring samples of a profile resemble each other: half of them count as independent. */
const dependence = 2;
const clearDeviations = 3;
/** Below this part of the parent's CPU a change is what two runs differ by anyway. */
const noticeable = 0.1;
const mostFunctions = 20;

/**
 * Functions of the application by how much more CPU a request spends in them or, below them, in code that is not the application's (libraries,
 * runtime, collector). Only growth that is clear of the sampling noise; the largest first.
 */
export function profileGrowth(before: ProfiledCommit, after: ProfiledCommit): ProfileGrowth {
  const rows = new Map<string, Row>();
  collect(rows, before, 'before');
  collect(rows, after, 'after');
  const functions = [...rows.values()]
    .map((row) => toGrowth(row, before, after))
    .filter(({ growth, noiseMs }) => growth.afterMs - growth.beforeMs > clearDeviations * noiseMs)
    .map(({ growth }) => growth)
    .sort((a, b) => grown(b) - grown(a) || a.frame.localeCompare(b.frame))
    .slice(0, mostFunctions);
  return { beforeMs: before.cpuPerRequestMs, afterMs: after.cpuPerRequestMs, functions };
}

/** One sentence for the answer. */
export function describeGrowth({ beforeMs, afterMs, functions }: ProfileGrowth): string {
  const total = `CPU a request went from ${beforeMs.toFixed(2)} to ${afterMs.toFixed(2)} ms`;
  const [most] = functions;
  if (most === undefined || afterMs - beforeMs < noticeable * beforeMs)
    return `no function burns clearly more CPU than in the parent (${total}): look at what the commit waits for`;
  const where = `${most.frame} (${most.module}${most.line === null ? '' : `:${most.line}`})`;
  const share = Math.min(1, grown(most) / (afterMs - beforeMs));
  const inside = most.category === 'application' ? '' : `, mostly in ${most.category}`;
  return `${total}; ${where} grew from ${most.beforeMs.toFixed(2)} to ${most.afterMs.toFixed(2)} ms${inside}, ${Math.round(100 * share)} % of it`;
}

interface Row {
  frame: string;
  module: string;
  line: number | null;
  before: number;
  after: number;
  /** Category → growth of its share in milliseconds a request. */
  categories: Map<FunctionGrowth['category'], number>;
}

function collect(rows: Map<string, Row>, { profile, cpuPerRequestMs, folder }: ProfiledCommit, side: 'before' | 'after'): void {
  for (const { category, share, callers } of profile.categories) {
    let unclaimed = share;
    for (const { frame, share: part } of callers) {
      unclaimed -= part;
      add(rows, { frame: frame.name, module: inside(frame.module, folder), line: frame.line }, category, part * cpuPerRequestMs, side);
    }
    // Collector, kernel and the runtime's own threads have no caller in the application.
    if (unclaimed > 1e-9)
      add(rows, { frame: `(${category})`, module: 'not in one function', line: null }, category, unclaimed * cpuPerRequestMs, side);
  }
}

function add(
  rows: Map<string, Row>,
  where: Pick<Row, 'frame' | 'module' | 'line'>,
  category: FunctionGrowth['category'],
  ms: number,
  side: 'before' | 'after',
): void {
  const id = `${where.frame}\u0000${where.module}`;
  const row = rows.get(id) ?? { ...where, before: 0, after: 0, categories: new Map<FunctionGrowth['category'], number>() };
  rows.set(id, row);
  row[side] += ms;
  // The line of the culprit's own file is the one to open.
  if (side === 'after') row.line = where.line;
  row.categories.set(category, (row.categories.get(category) ?? 0) + (side === 'after' ? ms : -ms));
}

function toGrowth(row: Row, before: ProfiledCommit, after: ProfiledCommit): { growth: FunctionGrowth; noiseMs: number } {
  const { frame, module, line } = row;
  const [category = 'unknown'] = [...row.categories].sort((a, b) => b[1] - a[1])[0] ?? [];
  const noiseMs = Math.hypot(noiseOf(row.before, before), noiseOf(row.after, after));
  return { growth: { frame, module, line, category, beforeMs: row.before, afterMs: row.after }, noiseMs };
}

/** Standard deviation of a share of so many samples, as milliseconds a request. */
function noiseOf(ms: number, { profile, cpuPerRequestMs }: ProfiledCommit): number {
  const samples = Math.max(1, profile.samples ?? 1) / dependence;
  const share = cpuPerRequestMs > 0 ? Math.min(1, ms / cpuPerRequestMs) : 0;
  return cpuPerRequestMs * Math.sqrt((share * (1 - share) + 1 / samples) / samples);
}

function inside(module: string, folder: string): string {
  return module.split(`/${folder}/`).at(-1) ?? module;
}

function grown({ beforeMs, afterMs }: FunctionGrowth): number {
  return afterMs - beforeMs;
}
