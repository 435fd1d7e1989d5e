import { clampRatio, percent } from '../figures.js';
import { cite, expectedGain, minimumShare, nothing, verdictOut, type Rule, type RuleContext, type RuleVerdict } from '../rule.js';
import type { RouteSpans } from '../../model/profile.js';
import { isSameRoute } from './route.js';

/** More than half again as many calls as requests, with failures among them, is no fan-out by design. */
const outboundPerInbound = 1.5;
/** Of the tries of one call at most one is answered; a fan-out of several calls is answered several times. A tenth for calls of other requests. */
const answeredPerInbound = 1.1;

export const retryAmplification: Rule = { id: 'retry-amplification', evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const { trace } = context.input;
  if (trace === null) return nothing;
  const worst = [...trace.outbound].sort((a, b) => b.failed - a.failed)[0];
  const inbound = worst === undefined ? 0 : requestsOf(trace.routes.filter((route) => canAwait(context, route, worst)));
  if (worst === undefined || inbound === 0 || worst.requests / inbound < outboundPerInbound || worst.failed / worst.requests < 0.2)
    return nothing;
  const answered = worst.requests - worst.failed;
  if (answered / inbound > answeredPerInbound)
    return verdictOut(
      'retry-amplification',
      `${worst.requests} calls go to ${worst.peer} for ${inbound} requests, but ${answered} of them are answered: each request makes several`,
      [context.cited.trace],
    );
  const peer = context.facts.peers.find((each) => isSamePeer(each.peer, worst.peer));
  const waiting = peer === undefined ? 0 : (peer.waiting + peer.connecting) / context.facts.total;
  const share = clampRatio(waiting > 0 ? waiting : context.sides.elsewhere);
  if (share < minimumShare) return nothing;
  // Calls that nobody awaits could be of the quick requests after all.
  const isPlain = worst.requests / requestsOf(trace.routes) >= outboundPerInbound;
  return {
    ...nothing,
    causes: [
      {
        id: 'retry-amplification',
        component: 'downstream',
        location: { peer: peer?.peer ?? worst.peer, route: `${worst.method} ${worst.route}` },
        share,
        confidence: (isPlain ? 0.85 : 0.7) * (1 - 0.5 * context.sides.unattributed),
        summary: `${worst.requests} calls go to ${worst.peer} for ${inbound} requests (${(worst.requests / inbound).toFixed(1)} each) and ${percent(worst.failed / worst.requests)} of them fail: failed calls are repeated.`,
        evidence: cite(context.cited.trace, context.cited.wire, context.cited.accounting),
        remedy: {
          kind: 'configuration',
          statement: 'Bound the retries (budget, backoff with jitter, circuit breaker) and give the timeout room for a normal answer.',
          expected: expectedGain(context, share),
          basis: 'estimated',
        },
      },
    ],
  };
}

/** A request that is over sooner than one call takes did not wait for one: health checks and other quick traffic make no calls fewer a request. */
function canAwait({ input }: RuleContext, route: RouteSpans, call: { meanMs: number }): boolean {
  return route.meanMs >= call.meanMs || isSameRoute(input.route, route.method, route.route);
}

function requestsOf(routes: readonly RouteSpans[]): number {
  return routes.reduce((sum, route) => sum + route.requests, 0);
}

/** The trace names a peer as the service does, the sockets by its address. */
function isSamePeer(address: string, named: string): boolean {
  return address === named || named.endsWith(`:${address.split(':').at(-1) ?? ''}`);
}
