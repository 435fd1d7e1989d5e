import { shareOf } from '../accounting.js';
import { cite, expectedGain, minimumShare, nothing, percent, type Rule, type RuleContext, type RuleVerdict } from '../rule.js';

export const threadPoolStarvation: Rule = { id: 'thread-pool-starvation', evaluate };

/** The main loop is free, peers and database are calm, and the helper threads are fully busy: requests queue for one of them. */
function evaluate(context: RuleContext): RuleVerdict {
  const process = context.input.service?.process ?? null;
  const { cpu } = context.facts;
  if (process === null || cpu === null || process.runtime !== 'node') return nothing;
  const share = shareOf(context.lines, (resource) => resource === 'inside-wait');
  if (share < minimumShare || cpu.saturation >= 0.8) return nothing;
  const helpers = process.threads.filter((thread) => !thread.isMain && (thread.cpuMs + thread.runDelayMs) / process.windowMs >= 0.5);
  if (helpers.length === 0 || cpu.offMainCores < 0.5) return nothing;
  // The kernel does not tell a thread of the pool from one of `worker_threads`, whose code nobody saw: what is missing says so.
  if (context.input.missing.some((row) => row.id === 'worker-threads')) return nothing;
  return {
    ...nothing,
    causes: [
      {
        id: 'thread-pool-starvation',
        component: 'runtime',
        location: { pool: 'worker threads of the runtime' },
        share,
        confidence: 0.75 * (1 - 0.5 * context.sides.unattributed),
        summary: `${helpers.length} helper threads are busy (${cpu.offMainCores.toFixed(2)} cores) while the event loop is not (saturation ${cpu.saturation.toFixed(2)}); waiting inside the service holds ${percent(share)} of the mean latency.`,
        evidence: cite(context.cited.process, context.cited.wire, context.cited.accounting),
        remedy: {
          kind: 'configuration',
          statement:
            'Enlarge the thread pool (UV_THREADPOOL_SIZE) up to the cores, or take the heavy asynchronous work (crypto, compression, file system) out of it.',
          expected: expectedGain(context, share),
          basis: 'estimated',
        },
        explains: ['capacity'],
      },
    ],
  };
}
