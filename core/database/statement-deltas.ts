import type { StatementDelta } from '../model/database.js';
import { isOwnStatement } from './sql/own-statement.js';

/** One row of pg_stat_statements. Counters grow from the last reset on. Times are milliseconds. */
export interface StatementCounters {
  userId: string;
  databaseId: string;
  queryId: string;
  toplevel: boolean;
  calls: number;
  totalExecMs: number;
  totalPlanMs: number;
  rows: number;
  sharedHitBlocks: number;
  sharedReadBlocks: number;
  tempBlocks: number;
  walBytes: number;
  /** Since when this row counts, milliseconds since the epoch; null before version 17. */
  sinceMs: number | null;
}

export interface StatementSnapshot {
  /** The server's clock, milliseconds since the epoch. */
  takenAtMs: number;
  /** When all counters were last reset; null where the server does not tell. */
  resetAtMs: number | null;
  /** Times that rows were thrown out because the table was full. */
  evictions: number;
  counters: StatementCounters[];
}

export interface StatementWindow {
  /** Largest first, by execution and planning time. Without texts: they are fetched for these few only. */
  deltas: Omit<StatementDelta, 'text'>[];
  totalExecMs: number;
  /** Rows were thrown out inside the window, so that statements may be missing. */
  incomplete: boolean;
}

/**
 * What each statement cost between two snapshots. A row that is new, or one of whose counters fell or was reset, counts in full and is marked
 * as restarted when it existed before: a row that was evicted and came back may have more calls than it had, and less time. Users and nesting levels of one statement are added up. Ties are broken by queryId.
 */
export function statementDeltas(before: StatementSnapshot, after: StatementSnapshot): StatementWindow {
  const wasReset = after.resetAtMs !== null && after.resetAtMs > before.takenAtMs;
  const old = new Map(before.counters.map((row) => [keyOf(row), row]));
  const merged = new Map<string, Growth>();
  for (const row of after.counters) {
    const growth = grow(old.get(keyOf(row)) ?? null, row, wasReset, before.takenAtMs);
    if (growth.calls > 0) merged.set(row.queryId, add(merged.get(row.queryId) ?? null, growth));
  }
  const totalExecMs = [...merged.values()].reduce((sum, growth) => sum + growth.totalExecMs, 0);
  const deltas = [...merged.entries()]
    .sort(([idA, a], [idB, b]) => costOf(b) - costOf(a) || compareText(idA, idB))
    .map(([queryId, growth]) => describe(queryId, growth, totalExecMs));
  return { deltas, totalExecMs, incomplete: after.evictions > before.evictions };
}

const summed = ['calls', 'totalExecMs', 'totalPlanMs', 'rows', 'sharedHitBlocks', 'sharedReadBlocks', 'tempBlocks', 'walBytes'] as const;
type Growth = Record<(typeof summed)[number], number> & { restarted: boolean };

function keyOf(row: StatementCounters): string {
  return [row.userId, row.databaseId, row.queryId, row.toplevel].join(' ');
}

function grow(before: StatementCounters | null, after: StatementCounters, wasReset: boolean, windowStartMs: number): Growth {
  const restarted =
    before !== null &&
    (wasReset || summed.some((key) => after[key] < before[key]) || (after.sinceMs !== null && after.sinceMs > windowStartMs));
  const base = restarted ? null : before;
  const growth: Growth = { ...emptyGrowth(), restarted };
  for (const key of summed) growth[key] = Math.max(0, after[key] - (base?.[key] ?? 0));
  return growth;
}

function emptyGrowth(): Growth {
  return {
    calls: 0,
    totalExecMs: 0,
    totalPlanMs: 0,
    rows: 0,
    sharedHitBlocks: 0,
    sharedReadBlocks: 0,
    tempBlocks: 0,
    walBytes: 0,
    restarted: false,
  };
}

function add(sum: Growth | null, growth: Growth): Growth {
  const total = sum ?? emptyGrowth();
  for (const key of summed) total[key] += growth[key];
  total.restarted ||= growth.restarted;
  return total;
}

function costOf(growth: Growth): number {
  return growth.totalExecMs + growth.totalPlanMs;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function describe(queryId: string, growth: Growth, totalExecMs: number): Omit<StatementDelta, 'text'> {
  return {
    queryId,
    calls: growth.calls,
    totalExecMs: growth.totalExecMs,
    rows: growth.rows,
    sharedHitBlocks: growth.sharedHitBlocks,
    sharedReadBlocks: growth.sharedReadBlocks,
    tempBlocks: growth.tempBlocks,
    walBytes: growth.walBytes,
    meanExecMs: growth.totalExecMs / growth.calls,
    timeShare: totalExecMs > 0 ? growth.totalExecMs / totalExecMs : 0,
    rowsPerCall: growth.rows / growth.calls,
    restarted: growth.restarted,
  };
}

/** Statements worth a text: the most time, and the most calls, blocks read, temporary blocks and write-ahead log. */
export function worthReading(deltas: Omit<StatementDelta, 'text'>[], byTime: number, byOther: number): string[] {
  const wanted = new Set(deltas.slice(0, byTime).map((delta) => delta.queryId));
  for (const key of ['calls', 'sharedReadBlocks', 'tempBlocks', 'walBytes'] as const) {
    const heaviest = deltas.filter((delta) => delta[key] > 0).sort((a, b) => b[key] - a[key] || compareText(a.queryId, b.queryId));
    for (const delta of heaviest.slice(0, byOther)) wanted.add(delta.queryId);
  }
  return [...wanted];
}

/** Adds the texts, drops the responder's own statements and what has no text, and shares the time among the rest. */
export function withTexts(
  window: StatementWindow,
  texts: ReadonlyMap<string, string>,
): { statements: StatementDelta[]; totalExecMs: number } {
  const isOwn = (queryId: string): boolean => isOwnStatement(texts.get(queryId) ?? '');
  const totalExecMs = window.deltas.reduce((sum, delta) => sum + (isOwn(delta.queryId) ? 0 : delta.totalExecMs), 0);
  const statements = window.deltas.flatMap((delta) => {
    const text = texts.get(delta.queryId);
    if (text === undefined || isOwn(delta.queryId)) return [];
    return [{ ...delta, text: text.slice(0, maxTextLength), timeShare: totalExecMs > 0 ? delta.totalExecMs / totalExecMs : 0 }];
  });
  return { statements, totalExecMs };
}

const maxTextLength = 10_000;
