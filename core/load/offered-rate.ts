import type { LoadPlan } from '../model/load-result.js';

/** Requests a second that a plan offers over its judged part, as a line through these points; null in the closed model, which offers no rate. Times are milliseconds. */
export function offeredRates(plan: Pick<LoadPlan, 'rate' | 'stages' | 'durationMs'>): { atMs: number; perSecond: number }[] | null {
  if (plan.rate === null) return null;
  if (plan.stages === undefined) return [0, plan.durationMs].map((atMs) => ({ atMs, perSecond: plan.rate ?? 0 }));
  const open = plan.stages.filter(({ model }) => model === 'open');
  const bends = [...new Set(open.flatMap(({ startMs, durationMs }) => [startMs, startMs + durationMs]))].sort((a, b) => a - b);
  // Between two bends every stage is one straight line, and at a bend the level may jump.
  return bends.slice(1).flatMap((toMs, index) => {
    const fromMs = bends[index] ?? 0;
    const covering = open.filter(({ startMs, durationMs }) => startMs <= fromMs && startMs + durationMs >= toMs);
    return [fromMs, toMs].map((atMs) => ({
      atMs,
      perSecond: covering.reduce(
        (sum, stage) => sum + stage.from + ((atMs - stage.startMs) / stage.durationMs) * (stage.to - stage.from),
        0,
      ),
    }));
  });
}
