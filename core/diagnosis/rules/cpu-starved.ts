import { shareOf } from '../accounting.js';
import { cite, expectedGain, nothing, percent, type Rule, type RuleContext, type RuleVerdict } from '../rule.js';

export const cpuStarved: Rule = { id: 'cpu-starved', evaluate };

/** The service is ready to run and gets no CPU: throttled by its quota, or crowded out by others on the host. */
function evaluate(context: RuleContext): RuleVerdict {
  const process = context.input.service?.process ?? null;
  const { cpu } = context.facts;
  if (process === null || cpu === null) return nothing;
  const throttled = (process.throttledMs ?? 0) / process.windowMs;
  const waiting = shareOf(context.lines, (resource) => resource === 'run-queue');
  const isCrowded = waiting >= 0.4 && cpu.utilization < 0.5 && process.host.cpuRatio >= 0.9;
  const isThrottled = throttled >= 0.3;
  if (!isCrowded && !isThrottled) return nothing;
  const share = Math.max(waiting, isThrottled ? context.sides.application * Math.min(1, throttled) : 0);
  return {
    ...nothing,
    causes: [
      {
        id: 'cpu-starved',
        component: 'host',
        location: {},
        share,
        confidence: isThrottled ? 0.85 : 0.7,
        summary: isThrottled
          ? `The service was throttled by its CPU quota for ${percent(throttled)} of the window.`
          : `The service was ready to run but waited for a CPU for ${percent(waiting)} of the latency while using only ${cpu.busyCores.toFixed(2)} cores; the host was ${percent(process.host.cpuRatio)} busy.`,
        evidence: cite(context.cited.process, context.cited.accounting),
        remedy: {
          kind: 'capacity',
          statement: isThrottled ? 'Raise the CPU limit of the service.' : 'Move the neighbours away or give the service more CPU.',
          expected: expectedGain(context, share),
          basis: 'estimated',
        },
        explains: isThrottled ? ['hot-function', 'capacity'] : ['capacity'],
      },
    ],
  };
}
