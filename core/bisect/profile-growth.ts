import type { ProfileSummary } from '../model/profile.js';

export interface FunctionGrowth {
  frame: string;
  module: string;
  /** CPU milliseconds a request in this function itself. */
  beforeMs: number;
  afterMs: number;
}

/** Functions by how much more CPU a request spends in them; shares of two profiles become comparable as rates per request. */
export function functionGrowth(
  before: { profile: ProfileSummary; cpuPerRequestMs: number },
  after: { profile: ProfileSummary; cpuPerRequestMs: number },
): FunctionGrowth[] {
  const rows = new Map<string, FunctionGrowth>();
  const add = (side: typeof before, key: 'beforeMs' | 'afterMs'): void => {
    for (const leaf of side.profile.leaves) {
      // Worktrees live in different folders: the file's name is what both sides share.
      const module = leaf.module.split('/').at(-1) ?? leaf.module;
      const id = `${leaf.frame}\u0000${module}`;
      const row = rows.get(id) ?? { frame: leaf.frame, module, beforeMs: 0, afterMs: 0 };
      rows.set(id, { ...row, [key]: row[key] + leaf.selfShare * side.cpuPerRequestMs });
    }
  };
  add(before, 'beforeMs');
  add(after, 'afterMs');
  return [...rows.values()].sort((a, b) => b.afterMs - b.beforeMs - (a.afterMs - a.beforeMs) || a.frame.localeCompare(b.frame));
}
