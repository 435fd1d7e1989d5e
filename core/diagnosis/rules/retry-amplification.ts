import type { Threshold } from '../rule.js';
import { traceDocument } from '../../evidence/kinds/profile.js';
import { assured } from '../confidence.js';
import { average, clampRatio, count, percent, plural } from '../figures.js';
import { expectedGain } from '../forecast/expected-gain.js';
import { cite, minimumShare, nothing, disproved, type Rule, type RuleContext, type RuleVerdict } from '../rule.js';
import { shareOf } from '../account/accounting.js';
import type { MissingEvidence } from '../../model/observation.js';
import type { RequestTrace, RouteSpans } from '../../model/profile.js';
import { alertedRoute } from './route.js';

const thresholds = {
  calls: {
    value: 1.5,
    unit: 'calls a request',
    source: 'More than half again as many calls as requests, with failures among them, is no fan-out by design.',
  },
  answered: {
    value: 1.1,
    unit: 'answered calls a request',
    source: 'Of the tries of one call at most one is answered; a tenth is left for calls of other requests.',
  },
  failed: {
    value: 0.2,
    unit: 'of the calls',
    source: 'Fewer failures than one call in five cannot make half again as many calls as requests by repeating them twice each.',
  },
} as const satisfies Record<string, Threshold>;

export const retryAmplification: Rule = { id: 'retry-amplification', requires: [traceDocument], thresholds, evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const { trace } = context.input;
  if (trace === null) return nothing;
  const worst = [...trace.outbound].sort((a, b) => b.failed - a.failed)[0];
  const inbound = worst === undefined ? 0 : requestsOf(trace.routes.filter((route) => canAwait(context, route, worst)));
  if (
    worst === undefined ||
    inbound === 0 ||
    worst.requests / inbound < thresholds.calls.value ||
    worst.failed / worst.requests < thresholds.failed.value
  )
    return nothing;
  const answered = worst.requests - worst.failed;
  if (answered / inbound > thresholds.answered.value)
    return disproved(
      'retry-amplification',
      `${plural(worst.requests, 'call')} went to ${worst.peer} for ${plural(inbound, 'request')}, but ${count(answered)} of them are answered: each request makes several`,
      [context.cited.trace],
    );
  const peer = context.facts.peers.find((each) => isSamePeer(each.peer, worst.peer));
  const waiting = peer === undefined ? null : (peer.waiting + peer.connecting) / context.facts.total;
  const repeats = 1 - Math.min(1, inbound / worst.requests);
  // A peer that refuses at once is on no socket that could be looked at.
  const share = clampRatio(waiting ?? context.sides.elsewhere);
  if (share < minimumShare) return { ...nothing, missing: pauses(context, worst, inbound) };
  return {
    ...nothing,
    causes: [
      {
        id: 'retry-amplification',
        component: 'downstream',
        location: { peer: peer?.peer ?? worst.peer, route: `${worst.method} ${worst.route}` },
        share,
        ...assured(context, 'calls-repeated'),
        summary: `The service made ${plural(worst.requests, 'call')} to ${worst.peer} for ${plural(inbound, 'request')} (${average(worst.requests / inbound)} each), and ${percent(worst.failed / worst.requests)} of them failed: failed calls are repeated.`,
        evidence: cite(context.cited.trace, context.cited.wire, context.cited.accounting),
        remedy: {
          kind: 'configuration',
          statement: 'Bound the retries (budget, backoff with jitter, circuit breaker) and give the timeout room for a normal answer.',
          ...expectedGain(context, { downstream: [repeats, repeats], waits: ['inside-wait'] }),
        },
      },
    ],
  };
}

type OutboundCalls = RequestTrace['outbound'][number];

/** Calls that fail at once and are tried again later hold a request in the pauses between them. These look like any other wait inside the service. */
function pauses({ lines }: RuleContext, calls: OutboundCalls, inbound: number): MissingEvidence[] {
  const inside = shareOf(lines, 'inside-wait');
  if (inside < minimumShare) return [];
  return [
    {
      id: 'retry-pauses',
      what: `whether requests pause between repeated calls to ${calls.peer}`,
      why: `${plural(calls.requests, 'call')} were made there for ${plural(inbound, 'request')}, ${percent(calls.failed / calls.requests)} of them failed, and ${percent(inside)} of the mean latency is a wait inside the service whose reason was not seen`,
      remedy: 'look at how long the service waits before it calls again (its retry settings, its log), and at why the calls fail',
    },
  ];
}

/** A request that ends sooner than one call takes did not wait for one. Health checks and other quick traffic must not lower the calls per request. */
function canAwait({ input }: RuleContext, route: RouteSpans, call: { meanMs: number }): boolean {
  return route.meanMs >= call.meanMs || alertedRoute(input)?.(route.method, route.route) === true;
}

function requestsOf(routes: readonly RouteSpans[]): number {
  return routes.reduce((sum, route) => sum + route.requests, 0);
}

/** The trace names a peer as the service does; the sockets name it by its address. */
function isSamePeer(address: string, named: string): boolean {
  return address === named || named.endsWith(`:${address.split(':').at(-1) ?? ''}`);
}
