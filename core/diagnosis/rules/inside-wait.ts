import { serviceDocument } from '../../evidence/kinds/service.js';
import { queuedForShare, shareOf } from '../account/accounting.js';
import { busierThanSockets, hiddenSessions } from '../blind-spots.js';
import { runtimeTraits } from '../../runtimes/registry.js';
import { assured } from '../confidence.js';
import { saturated } from '../account/cpu-facts.js';
import type { MissingEvidence, ProcessObservation } from '../../model/observation.js';
import { average, cores, percent, seconds } from '../figures.js';
import { noForecast } from '../forecast/expected-gain.js';
import { cite, minimumShare, nothing, type Rule, type RuleContext, type RuleVerdict, type Threshold } from '../rule.js';
import { busyHelpers } from './process/thread-pool-starvation.js';
import { standingSite } from '../account/standing-site.js';
import { frameLocation, frameText } from './process/cpu.js';
import type { StandingSite } from '../../model/standing.js';
import { fullConnections, waitsInside } from '../account/unseen-waits.js';

const thresholds = {
  most: {
    value: 0.5,
    unit: 'of the mean latency',
    source: 'More than everything else together: then the place is certain, whatever the reason.',
  },
} as const satisfies Record<string, Threshold>;

/** Says where, not why: requests wait inside the process while its CPU and its peers are calm. */
export const insideWait: Rule = { id: 'inside-wait', requires: [serviceDocument], thresholds, evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const { facts, input, branch, lines, cited } = context;
  const queued = queuedForShare(lines, facts.workerQueue?.occupiedBy.inside);
  const share = shareOf(lines, 'inside-wait') + queued;
  if (facts.cpu === null) return share < thresholds.most.value ? nothing : { ...nothing, missing: [unknownCpu(context, share)] };
  if (branch !== 'other-wait' || facts.cpu.saturation >= saturated) return nothing;
  if (share < thresholds.most.value) return trickling(context);
  // They may wait for a database that is reached through a socket of the machine or a pooler.
  if (hiddenSessions(input, facts.total) !== null) return nothing;
  const unlooked = busierThanSockets(input, facts);
  if (unlooked !== null) return { ...nothing, missing: [unlooked] };
  const process = input.service?.process ?? null;
  if (process !== null && facts.cpu.mostSaturation >= saturated) return { ...nothing, missing: [contendedInterpreter(process, share)] };
  // They may wait for work of other threads: then the CPU is not calm.
  if (process !== null && runtimeTraits(process.runtime).threadPool !== undefined && busyHelpers(process).length > 0) return nothing;
  const full = fullConnections(facts);
  const site = standingSite(input, facts);
  return {
    ruledOut: [],
    causes: [
      {
        id: 'inside-wait',
        component: 'service',
        location: site === null ? { route: input.route } : { route: input.route, ...frameLocation(site.frame) },
        share,
        ...assured(context, 'wait-inside'),
        summary: `${percent(share)} of the mean latency is waiting inside the service${process === null ? '' : ` (process ${process.pid}, ${process.runtime})`} while its CPU and its peers are calm${site === null ? ': a timer, a lock, a thread pool or a pool of something. Which of them was not seen' : `. ${standsAt(site)}`}${full === null ? '' : `${site === null ? ', but' : ';'} ${full}`}.${queued < minimumShare ? '' : ` ${percent(queued)} queue in front of it, because its workers stand there.`}${startedPrograms(process)}`,
        evidence: cite(cited.wire, cited.process, cited.byName['standing'] ?? [], cited.accounting),
        remedy: {
          kind: 'none',
          statement:
            site === null
              ? 'See where the requests stand; what would tell is listed as missing evidence.'
              : `Look at what ${frameText(site.frame)} waits for, and who holds it.`,
          ...noForecast,
        },
      },
    ],
    missing: waitsInside(input, facts, branch),
  };
}

/**
 * An answer whose first byte came long before its last. By the sockets nobody waits, because the service spoke last. Stacks show that the service sends its
 * answer bit by bit, and that the network is not slow, when as many requests stand at one line as receive their answer.
 */
function trickling({ facts, input, lines, cited, ...context }: RuleContext): RuleVerdict {
  const share = shareOf(lines, 'network');
  const site = share < thresholds.most.value ? null : standingSite(input, facts, share * facts.total);
  if (site === null) return nothing;
  return {
    ...nothing,
    causes: [
      {
        id: 'inside-wait',
        component: 'service',
        location: { route: input.route, ...frameLocation(site.frame) },
        share,
        ...assured(context, 'wait-inside'),
        summary: `${percent(share)} of the mean latency passes between the first byte of an answer and its last, while the service itself waits. ${standsAt(site)}.`,
        evidence: cite(cited.load, cited.byName['standing'] ?? [], cited.process, cited.accounting),
        remedy: {
          kind: 'none',
          statement: `Look at what ${frameText(site.frame)} waits for between the parts of its answer.`,
          ...noForecast,
        },
      },
    ],
  };
}

function standsAt({ frame, called, standing, isInLoop }: StandingSite): string {
  const place = `${frameText(frame)}${called === null ? '' : `, in ${called.name}`}`;
  return isInLoop
    ? `Its event loop is held at ${place}, and with it all requests that it has`
    : `They stand at ${place} (${average(standing)} at any moment)`;
}

/** Any service uses less than a quarter of a core on programs that it starts now and then. */
const worthTelling = 0.25;

function startedPrograms(process: ProcessObservation | null): string {
  const burnt = process === null ? 0 : (process.unseenMs ?? 0) / process.windowMs;
  return burnt < worthTelling ? '' : ` Programs that it starts, and that end soon, burnt ${cores(burnt)} cores meanwhile.`;
}

/** The requests are known to be inside the service; whether they wait there at all is not known. */
function unknownCpu({ input, facts }: RuleContext, share: number): MissingEvidence {
  const site = standingSite(input, facts);
  return {
    id: 'service-cpu',
    what: 'whether the requests inside the service burn its CPU or wait',
    why: `${percent(share)} of the mean latency is inside the service${site === null ? '' : `, most of it at ${frameText(site.frame)}`}, and how much CPU its process used could not be observed`,
    remedy: 'let the responder run on the host of the service, as its user or as root, and triage again',
  };
}

/** The CPU is calm only if the threads did not wait for it. If they did, the lock of the interpreter looks like any other wait. */
function contendedInterpreter({ runDelayMs, windowMs, host }: ProcessObservation, share: number): MissingEvidence {
  return {
    id: 'interpreter-contention',
    what: 'whether the requests inside the service wait for its interpreter or for something else',
    why: `${percent(share)} of the latency is inside the service, and its threads were ready without a CPU for ${seconds(runDelayMs)} together in ${seconds(windowMs)} on a host that was ${percent(host.cpuRatio)} busy: one may have kept the interpreter meanwhile, and the others waited for it`,
    remedy: 'triage again when less runs on the host, or give the service CPUs of its own',
  };
}
