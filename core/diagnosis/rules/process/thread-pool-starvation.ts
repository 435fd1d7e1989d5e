import { helperThreads, occupied } from '../../facts.js';
import { saturated } from '../../account/cpu-facts.js';
import type { Threshold } from '../../rule.js';
import { serviceDocument } from '../../../evidence/kinds/service.js';
import { assured } from '../../confidence.js';
import type { ProcessObservation } from '../../../model/observation.js';
import { runtimeTraits } from '../../../runtimes/registry.js';
import { shareOf } from '../../account/accounting.js';
import { cores, percent } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { siteText } from '../../../evidence/kinds/standing.js';
import { citedSite, standingSite } from '../../account/standing-site.js';
import { frameLocation } from './cpu.js';
import { cite, minimumShare, nothing, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';

type ThreadUse = ProcessObservation['threads'][number];

const thresholds = {
  occupied: {
    value: 0.9,
    unit: 'of the window',
    source: 'A thread that is run or ready for nine tenths of the time is never free when a job comes.',
  },
  runs: {
    value: 0.25,
    unit: 'of a core',
    source: 'With less than a quarter of a CPU contention on the host would be the reason, not the pool.',
  },
  busy: { value: 0.5, unit: 'of the window', source: 'Below half a thread is free as often as not.' },
  offMain: { value: 0.5, unit: 'cores', source: 'Half a core outside the main loop is more than the runtime itself burns there.' },
} as const satisfies Record<string, Threshold>;

export const threadPoolStarvation: Rule = { id: 'thread-pool-starvation', requires: [serviceDocument], thresholds, evaluate };

/** Threads besides the main loop that are busy more often than free. */
export function busyHelpers(process: ProcessObservation): ThreadUse[] {
  return helperThreads(process).filter((thread) => occupied(thread, process) >= thresholds.busy.value);
}

/** Never free. On a busy host less than a whole CPU is enough; with hardly any, contention on the host is the reason and not the pool. */
function isFull(thread: ThreadUse, process: ProcessObservation): boolean {
  return occupied(thread, process) >= thresholds.occupied.value && thread.cpuMs / process.windowMs >= thresholds.runs.value;
}

/** The main loop is free, peers and database are calm, and the helper threads are busy all the time: requests queue for one of them. */
function evaluate(context: RuleContext): RuleVerdict {
  const process = context.input.service?.process ?? null;
  const { cpu } = context.facts;
  if (process === null || cpu === null) return nothing;
  const { threadPool } = runtimeTraits(process.runtime);
  if (threadPool === undefined) return nothing;
  const share = shareOf(context.lines, 'inside-wait');
  if (share < minimumShare || cpu.saturation >= saturated) return nothing;
  const helpers = busyHelpers(process);
  if (helpers.length === 0 || (cpu.offMainCores < thresholds.offMain.value && !helpers.some((thread) => isFull(thread, process))))
    return nothing;
  // The kernel does not tell a thread of the pool from one of `worker_threads`, whose code nobody saw. The missing evidence says so.
  if (context.input.missing.some((row) => row.id === 'worker-threads')) return nothing;
  const site = standingSite(context.input, context.facts);
  return {
    ...nothing,
    causes: [
      {
        id: 'thread-pool-starvation',
        component: 'runtime',
        location: { pool: threadPool.location, ...frameLocation(site?.frame) },
        share,
        ...assured(context, 'threads-full'),
        summary: `${helpers.length === 1 ? '1 helper thread is' : `${helpers.length} helper threads are`} busy (${cores(cpu.offMainCores)} cores) while the event loop is not (saturation ${cpu.saturation.toFixed(2)}); waiting inside the service holds ${percent(share)} of the mean latency${site === null ? '' : `, at ${siteText(site)}`}.`,
        evidence: cite(context.cited.process, context.cited.wire, context.cited.accounting, ...citedSite(context, site)),
        remedy: {
          kind: 'configuration',
          statement: threadPool.remedy,
          ...expectedGain(context, { insideMs: (cpu.offMainCores / context.facts.requestRate) * 1000 }),
        },
      },
    ],
  };
}
