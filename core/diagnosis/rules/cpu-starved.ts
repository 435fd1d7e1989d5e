import type { ProcessObservation } from '../../model/observation.js';
import { shareOf } from '../accounting.js';
import { saturated, type CpuFacts } from '../facts.js';
import { ms, percent } from '../figures.js';
import { wouldFit } from '../would-fit.js';
import { cite, expectedGain, minimumShare, nothing, type Candidate, type Rule, type RuleContext, type RuleVerdict } from '../rule.js';

/** From here most of the time in which the service wanted to run, it could not. */
const mostly = 0.5;
/** A quota that stops the service for a third of the window is felt by every request. */
const throttledMuch = 0.3;

export const cpuStarved: Rule = { id: 'cpu-starved', evaluate };

/** The service is ready to run and gets no CPU: throttled by its quota, or crowded out by others on the CPUs that it may use. */
function evaluate(context: RuleContext): RuleVerdict {
  const process = context.input.service?.process ?? null;
  const { cpu } = context.facts;
  if (process === null || cpu === null) return nothing;
  // The kernel adds the time up over all CPUs that it stopped.
  const throttled = Math.min(1, (process.throttledMs ?? 0) / process.windowMs);
  if (throttled >= throttledMuch) {
    const share = context.sides.application * throttled;
    return share < minimumShare ? nothing : { ...nothing, causes: [throttledCause(context, cpu, throttled, share)] };
  }
  const crowded = crowdedShare(context, process, cpu);
  return crowded < minimumShare ? nothing : { ...nothing, causes: [crowdedCause(context, process, cpu, crowded)] };
}

/**
 * Of the latency in and in front of the service, the part that it stood ready without a CPU: the queue grows by that as it would by slower code.
 * Its own threads do not count as a crowd, and where the load alone would fill its CPUs, the others only make it worse. What queues in front of a
 * service that wants little CPU waits for something else (a free worker, say), so there only the requests count that were seen ready to run.
 */
function crowdedShare(context: RuleContext, process: ProcessObservation, cpu: CpuFacts): number {
  const delayed = cpu.runDelayCores / Math.max(cpu.runDelayCores + cpu.busyCores, 1e-9);
  const isOwnCrowd = cpu.totalCores >= 0.5 * process.usableCores;
  if (delayed < mostly || isOwnCrowd || !wouldFit(context)) return 0;
  const ready = shareOf(context.lines, 'run-queue');
  return cpu.saturation >= saturated ? context.sides.application * delayed : Math.min(ready, context.sides.application);
}

function throttledCause(context: RuleContext, cpu: CpuFacts, throttled: number, share: number): Candidate {
  return {
    ...starved(context, share),
    confidence: 0.85,
    summary: `The service was throttled by its CPU quota for ${percent(throttled)} of the window, with ${ms(cpu.perRequestMs)} of CPU a request.`,
    remedy: {
      kind: 'capacity',
      statement: 'Raise the CPU limit of the service.',
      expected: expectedGain(context, share),
      basis: 'estimated',
    },
  };
}

function crowdedCause(context: RuleContext, process: ProcessObservation, cpu: CpuFacts, share: number): Candidate {
  const waited = cpu.runDelayCores / (cpu.runDelayCores + cpu.busyCores);
  const steal =
    process.host.stealRatio >= 0.1 ? ` The hypervisor kept ${percent(process.host.stealRatio)} of the host's CPU for itself.` : '';
  return {
    ...starved(context, share),
    confidence: 0.8 * (1 - 0.5 * context.sides.unattributed),
    summary: `For ${percent(waited)} of the time in which the serving threads were ready to run, others had the CPU: they got ${cpu.busyCores.toFixed(2)} of ${cpu.servingCores} cores, and the whole service burnt ${cpu.totalCores.toFixed(2)} of the ${process.usableCores} that it may use; the host was ${percent(process.host.cpuRatio)} busy. ${ms(cpu.perRequestMs)} of CPU a request would fit.${steal}`,
    remedy: {
      kind: 'capacity',
      statement:
        'Find what else runs on the CPUs of the service (other processes, other containers of the host) and move it away, or give the service CPUs of its own.',
      expected: expectedGain(context, share),
      basis: 'estimated',
    },
  };
}

function starved(context: RuleContext, share: number): Pick<Candidate, 'id' | 'component' | 'location' | 'share' | 'evidence'> {
  return {
    id: 'cpu-starved',
    component: 'host',
    location: {},
    share,
    evidence: cite(context.cited.process, context.cited.wire, context.cited.accounting),
  };
}
