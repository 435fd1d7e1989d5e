import type { Threshold } from '../../rule.js';
import { serviceDocument } from '../../../evidence/kinds/service.js';
import { assured } from '../../confidence.js';
import { shareOf } from '../../account/accounting.js';
import { saturated, type CpuFacts } from '../../account/cpu-facts.js';
import { averageOf, almostNothing, cores, ms, percent } from '../../figures.js';
import type { MissingEvidence, ProcessObservation } from '../../../model/observation.js';
import { localDatabases } from '../../account/own-contention.js';
import { cpuProfile } from './cpu.js';
import { areStatementsCounted, areStatementsMany, areStatementsOpen, talkingShare, uncounted } from '../database/open-statements.js';
import { wouldFit } from '../../would-fit.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { cite, minimumShare, nothing, type Candidate, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';

const thresholds = {
  denied: {
    value: 0.5,
    unit: 'of the time ready to run',
    source: 'From half on the service wanted to run and could not for longer than it ran.',
  },
  throttled: {
    value: 0.3,
    unit: 'of the window',
    source: 'Linux stops a group for the rest of each 100 ms period: a third of the window delays most requests of tens of milliseconds.',
  },
  ownContention: {
    value: 0.5,
    unit: 'of the CPUs it may use',
    source: 'A service that burns half of its CPUs itself is most of the contention itself.',
  },
  talking: {
    value: 0.35,
    unit: 'of the CPU samples',
    source: 'One kind of work with a third of the CPU leads; for each of its statements the database burns about as much again.',
  },
  steal: {
    value: 0.1,
    unit: 'of the CPU of the host',
    source:
      'Half of what JDK Mission Control warns at for other processes (CompareCpu, 20 % of the machine): a guest sees only its own part.',
  },
} as const satisfies Record<string, Threshold>;

export const cpuStarved: Rule = { id: 'cpu-starved', requires: [serviceDocument], thresholds, evaluate };

/** The service is ready to run and gets no CPU: its quota throttles it, or others contend for the CPUs that it may use. */
function evaluate(context: RuleContext): RuleVerdict {
  const process = context.input.service?.process ?? null;
  const { cpu } = context.facts;
  if (process === null || cpu === null) return nothing;
  // The kernel adds up the time of all CPUs that it stopped.
  const throttled = Math.min(1, (process.throttledMs ?? 0) / process.windowMs);
  if (throttled >= thresholds.throttled.value) {
    const share = context.sides.application * throttled;
    return share < minimumShare ? nothing : { ...nothing, causes: [throttledCause(context, cpu, throttled, share)] };
  }
  const contended = contendedShare(context, process, cpu);
  if (contended < minimumShare) return nothing;
  const open = mayBeItsStatements(context);
  return open === null ? { ...nothing, causes: [contentionCause(context, process, cpu, contended)] } : { ...nothing, missing: open };
}

/**
 * Of the latency in and in front of the service, the part that it stood ready without a CPU: the queue grows by that as it would by slower code.
 * Its own threads are no contention, and where the load alone would fill its CPUs, the others only make it worse. What queues in front of a
 * service that wants little CPU waits for something else (a free worker, say), so there only the requests count that were seen ready to run.
 */
function contendedShare(context: RuleContext, process: ProcessObservation, cpu: CpuFacts): number {
  const delayed = cpu.runDelayCores / Math.max(cpu.runDelayCores + cpu.busyCores, almostNothing);
  const isOwnContention = cpu.totalCores >= thresholds.ownContention.value * process.usableCores;
  if (delayed < thresholds.denied.value || isOwnContention || !wouldFit(context)) return 0;
  const ready = shareOf(context.lines, 'run-queue');
  return cpu.saturation >= saturated ? context.sides.application * delayed : Math.min(ready, context.sides.application);
}

/**
 * Its own database on the same host may have the CPU: what it burns to parse and plan many small statements is not in its execution time. Null if this is
 * excluded, or if the statements are known to be of these requests (then they are a cause that explains this one). Otherwise what is missing to decide it.
 */
function mayBeItsStatements(context: RuleContext): MissingEvidence[] | null {
  const talking = talkingShare(context);
  const isTalking = talking >= thresholds.talking.value;
  if (isTalking && !areStatementsCounted(context)) return [uncounted(talking)];
  if (isTalking && areStatementsOpen(context)) return [];
  // Without a profile nobody knows how much of its own CPU they take either.
  const local = cpuProfile(context) === null ? localDatabases(context.input) : [];
  const isCounted = local.every((database) => database.isCounted);
  return local.length > 0 && (!isCounted || areStatementsMany(context)) ? [whoHasTheCpu(isCounted)] : null;
}

function whoHasTheCpu(isCounted: boolean): MissingEvidence {
  return {
    id: 'cpu-holder',
    what: 'who has the CPU for which the service waits',
    why: `its database runs on the same host, ${isCounted ? 'a request runs many statements there' : 'its statements were not counted'}, and no profile of the service can be used: both may burn the CPU on talking to each other`,
    remedy: 'get a profile of the service under the same load, or see what burns the CPU meanwhile (top), and triage again',
  };
}

function throttledCause(context: RuleContext, cpu: CpuFacts, throttled: number, share: number): Candidate {
  return {
    ...starved(context, share),
    ...assured(context, 'cpu-denied'),
    summary: `The service was throttled by its CPU quota for ${percent(throttled)} of the window, with ${ms(cpu.perRequestMs)} of CPU a request.`,
    remedy: {
      kind: 'capacity',
      statement: 'Raise the CPU limit of the service.',
      ...expectedGain(context, { waits: ['run-queue'] }),
    },
  };
}

function contentionCause(context: RuleContext, process: ProcessObservation, cpu: CpuFacts, share: number): Candidate {
  const waited = cpu.runDelayCores / (cpu.runDelayCores + cpu.busyCores);
  const steal =
    process.host.stealRatio >= thresholds.steal.value
      ? ` The hypervisor kept ${percent(process.host.stealRatio)} of the host's CPU for itself.`
      : '';
  return {
    ...starved(context, share),
    ...assured(context, 'cpu-denied'),
    summary: `For ${percent(waited)} of the time in which the serving threads were ready to run, others had the CPU: the threads got ${cores(cpu.busyCores)} of ${averageOf(cpu.servingCores, 'core')}, and the whole service burnt ${cores(cpu.totalCores)} of the ${process.usableCores} that it may use; the host was ${percent(process.host.cpuRatio)} busy. With a free CPU there would be time enough for the ${ms(cpu.perRequestMs)} that a request needs.${steal}`,
    remedy: {
      kind: 'capacity',
      statement:
        'Find what else runs on the CPUs of the service (other processes, other containers of the host) and move it away, or give the service CPUs of its own.',
      ...expectedGain(context, { waits: ['run-queue'] }),
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
