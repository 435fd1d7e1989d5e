import { setMaxListeners } from 'node:events';
import type { Change } from '../../core/command/changes/change.js';
import { startDeadline, withinTime } from '../checks/time-limit.js';
import type { ChangeOrder, ChangeReading, PlannedReading } from './change-source.js';
import { changeSources } from './registry.js';

export interface CollectedChanges {
  /** Newest first. */
  changes: Change[];
  sources: { source: string; ok: boolean; detail: string }[];
}

const defaultBudgetMs = 15_000;

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

async function readOne({ source, read }: PlannedReading, limit: AbortSignal, budgetMs: number): Promise<ChangeReading> {
  try {
    return { source, ...(await withinTime(limit, read)) };
  } catch (error) {
    const problem = limit.aborted ? `no answer within ${budgetMs / 1000} s` : messageOf(error);
    return { source, changes: [], problem, detail: problem };
  }
}

/** The same change from two places of one kind (two services in one repository) is told once. */
function once(changes: readonly Change[]): Change[] {
  const seen = new Set<string>();
  return changes.filter(({ at, service, kind, ref, source }) => {
    const key = JSON.stringify([at, service, kind, ref, source]);
    return !seen.has(key) && seen.add(key).size > 0;
  });
}

/**
 * Changes of a window from every source that the catalog has, all at once. A source that fails or hangs is a row, and what the others know is there
 * within the budget. Rejects only with the reason of `signal`.
 */
export async function collectChanges(order: ChangeOrder & { budgetMs?: number }): Promise<CollectedChanges> {
  const { budgetMs = defaultBudgetMs, fromMs, toMs } = order;
  order.signal.throwIfAborted();
  const limit = startDeadline(order.signal, budgetMs);
  setMaxListeners(0, limit.signal);
  const planned = changeSources.flatMap((source) => source.plan({ ...order, signal: limit.signal }));
  const readings = await Promise.all(planned.map(async (reading) => await readOne(reading, limit.signal, budgetMs))).finally(limit.end);
  order.signal.throwIfAborted();
  const inWindow = readings.flatMap(({ changes }) => changes).filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs);
  return {
    changes: once(inWindow).sort((left, right) => Date.parse(right.at) - Date.parse(left.at)),
    sources: readings.map(({ source, problem, detail }) => ({ source, ok: problem === null, detail })),
  };
}
