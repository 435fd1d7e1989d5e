import type { ProcessObservation } from '../../model/observation.js';
import { runtimeTraits } from '../../runtimes/registry.js';
import { shareOf } from '../accounting.js';
import { percent } from '../figures.js';
import { cite, expectedGain, minimumShare, nothing, type Rule, type RuleContext, type RuleVerdict } from '../rule.js';

type ThreadUse = ProcessObservation['threads'][number];

export const threadPoolStarvation: Rule = { id: 'thread-pool-starvation', evaluate };

/** Run time and, as for the main loop, the time that it stood ready for a CPU: 0..1 of the window. */
function occupied(thread: ThreadUse, { windowMs }: ProcessObservation): number {
  return (thread.cpuMs + thread.runDelayMs) / windowMs;
}

/** Never free, on a busy host with less than a CPU of its own; with hardly any the crowd would be the reason, not the pool. */
function isFull(thread: ThreadUse, process: ProcessObservation): boolean {
  return occupied(thread, process) >= 0.9 && thread.cpuMs / process.windowMs >= 0.25;
}

/** The main loop is free, peers and database are calm, and the helper threads are fully busy: requests queue for one of them. */
function evaluate(context: RuleContext): RuleVerdict {
  const process = context.input.service?.process ?? null;
  const { cpu } = context.facts;
  if (process === null || cpu === null) return nothing;
  const { threadPool, profilerThread } = runtimeTraits(process.runtime);
  if (threadPool === undefined) return nothing;
  const share = shareOf(context.lines, 'inside-wait');
  if (share < minimumShare || cpu.saturation >= 0.8) return nothing;
  const helpers = process.threads.filter(
    (thread) => !thread.isMain && profilerThread?.test(thread.name) !== true && occupied(thread, process) >= 0.5,
  );
  if (helpers.length === 0 || (cpu.offMainCores < 0.5 && !helpers.some((thread) => isFull(thread, process)))) return nothing;
  // The kernel does not tell a thread of the pool from one of `worker_threads`, whose code nobody saw: what is missing says so.
  if (context.input.missing.some((row) => row.id === 'worker-threads')) return nothing;
  return {
    ...nothing,
    causes: [
      {
        id: 'thread-pool-starvation',
        component: 'runtime',
        location: { pool: threadPool.location },
        share,
        confidence: 0.75 * (1 - 0.5 * context.sides.unattributed),
        summary: `${helpers.length} helper threads are busy (${cpu.offMainCores.toFixed(2)} cores) while the event loop is not (saturation ${cpu.saturation.toFixed(2)}); waiting inside the service holds ${percent(share)} of the mean latency.`,
        evidence: cite(context.cited.process, context.cited.wire, context.cited.accounting),
        remedy: {
          kind: 'configuration',
          statement: threadPool.remedy,
          expected: expectedGain(context, share),
          basis: 'estimated',
        },
      },
    ],
  };
}
