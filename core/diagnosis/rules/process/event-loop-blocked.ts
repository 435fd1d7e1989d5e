import type { Threshold } from '../../rule.js';
import { profileDocument, traceDocument } from '../../../evidence/kinds/profile.js';
import { assured } from '../../confidence.js';
import type { LoopBlocker, RequestTrace, RouteSpans } from '../../../model/profile.js';
import { clampRatio, percent, ms } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { cite, minimumShare, nothing, disproved, type Candidate, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import { applicationShare, callersOf, cpuProfile, frameLocation, frameText } from './cpu.js';
import { alertedRoute } from '../route.js';

const thresholds = {
  dominance: {
    value: 2,
    unit: 'times the alerted route',
    source: 'Twice as much CPU as the victim: samples of two routes that take turns differ by chance, not by that.',
  },
  held: {
    value: 0.3,
    unit: 'of the window',
    source: 'A loop that one stack holds for a third of the window delays every request that comes meanwhile.',
  },
} as const satisfies Record<string, Threshold>;

export const eventLoopBlocked: Rule = { id: 'event-loop-blocked', requires: [profileDocument, traceDocument], thresholds, evaluate };

/** Another route holds the loop while the alerted one waits: the victim uses no CPU of its own, the blocker does. */
function evaluate(context: RuleContext): RuleVerdict {
  const { trace } = context.input;
  const isAlerted = alertedRoute(context.input);
  // Which route is another one is known only where the alerted one is.
  if (trace === null || cpuProfile(context) === null || isAlerted === null) return nothing;
  const victim = trace.routes.find((route) => isAlerted(route.method, route.route));
  const culprit = otherRoute(context, trace, victim);
  const blocker = foreignBlocker(trace, culprit, isAlerted);
  if (culprit === null && blocker === null) {
    return victim === undefined
      ? nothing
      : disproved(
          'event-loop-blocked',
          `the alerted route itself has ${percent(victim.cpuShare)} of the CPU samples, and no other route has ${thresholds.dominance.value} times as many${heldByOthers(trace, victim)}`,
          [context.cited.trace],
        );
  }
  return { causes: [describe(context, culprit, blocker, victim)], ruledOut: [] };
}

/** `, the most of the others being GET /x with 12 %`; empty when there is no other. */
function heldByOthers(trace: RequestTrace, victim: RouteSpans): string {
  const most = trace.routes.filter((route) => route !== victim && route.cpuShare > 0).sort((a, b) => b.cpuShare - a.cpuShare)[0];
  return most === undefined ? '' : ` (the next, ${`${most.method} ${most.route}`.trim()}, has ${percent(most.cpuShare)})`;
}

function otherRoute(context: RuleContext, trace: RequestTrace, victim: RouteSpans | undefined): RouteSpans | null {
  const heaviest = trace.routes.filter((route) => route !== victim).sort((a, b) => b.cpuShare - a.cpuShare)[0];
  if (heaviest === undefined) return null;
  const isDominant = heaviest.cpuShare >= thresholds.dominance.value * (victim?.cpuShare ?? 0);
  return isDominant && applicationShare(context) * heaviest.cpuShare >= minimumShare ? heaviest : null;
}

/** Long stretches of one stack that began with a request of another route. */
function foreignBlocker(
  trace: RequestTrace,
  culprit: RouteSpans | null,
  isAlerted: (method: string, route: string) => boolean,
): LoopBlocker | null {
  const isForeign = (blocker: LoopBlocker): boolean => {
    const starter = blocker.routes[0];
    // Work that belongs to no request is a job, or is done after each answer (an access log). The trace cannot tell which; the frame itself can be named.
    if (starter === undefined) return false;
    const [method = '', route = ''] = starter.split(' ');
    return !isAlerted(method, route);
  };
  const held = trace.blockers.filter(isForeign).sort((a, b) => b.share - a.share)[0];
  if (held === undefined) return null;
  const own = trace.blockers.filter((blocker) => !isForeign(blocker)).reduce((sum, blocker) => sum + blocker.share, 0);
  return culprit !== null || (held.share >= thresholds.held.value && held.share >= thresholds.dominance.value * own) ? held : null;
}

function describe(
  context: RuleContext,
  culprit: RouteSpans | null,
  blocker: LoopBlocker | null,
  victim: RouteSpans | undefined,
): Candidate {
  const profile = context.input.profile;
  const top =
    profile === null
      ? undefined
      : callersOf(profile, 'application', 'native', 'runtime', 'unknown', 'regex', 'serialization', 'crypto', 'compression')[0];
  const frame = blocker?.applicationFrame ?? top?.frame ?? null;
  const route = culprit === null ? blocker?.routes[0] : `${culprit.method} ${culprit.route}`;
  const held = culprit?.cpuShare ?? blocker?.share ?? 0;
  const share = clampRatio(applicationShare(context) * Math.max(held, blocker?.share ?? 0));
  const longest = blocker === null ? '' : ` Its longest uninterrupted stretch was ${ms(blocker.longestMs)}.`;
  return {
    id: 'event-loop-blocked',
    component: 'runtime',
    location: { ...frameLocation(frame), ...(route === undefined ? {} : { route }) },
    share,
    ...assured(context, 'foreign-route'),
    summary: `The event loop is held by ${route ?? 'work of no request'}${frame === null ? '' : ` in ${frameText(frame)}`}: ${percent(held)} of the CPU samples, against ${percent(victim?.cpuShare ?? 0)} for the alerted ${context.input.route}, which waits behind it.${longest}`,
    evidence: cite(context.cited.trace, context.cited.profile, context.cited.wire, context.cited.accounting),
    remedy: {
      kind: 'code-change',
      statement: `Take the synchronous work of ${route ?? 'the blocker'} off the event loop (worker thread, smaller steps, caching).`,
      ...expectedGain(context, { cpu: [held, Math.max(held, 1 - (victim?.cpuShare ?? 1))] }),
    },
  };
}
