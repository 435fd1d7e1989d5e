import {
  cite,
  expectedGain,
  minimumShare,
  ms,
  nothing,
  percent,
  verdictOut,
  type Candidate,
  type Rule,
  type RuleContext,
  type RuleVerdict,
} from '../rule.js';
import type { PeerObservation } from '../../model/observation.js';

export const slowDependency: Rule = { id: 'slow-dependency', evaluate };

/** Requests wait for the answer of another service; which one, the sockets tell. */
function evaluate(context: RuleContext): RuleVerdict {
  const slowest = context.facts.peers
    .filter((peer) => peer.kind !== 'database')
    .sort((a, b) => b.waiting + b.connecting - (a.waiting + a.connecting))[0];
  if (slowest === undefined) return nothing;
  const share = (slowest.waiting + slowest.connecting) / context.facts.total;
  if (share < minimumShare)
    return verdictOut('slow-dependency', `the slowest peer, ${slowest.peer}, holds ${percent(share)} of the requests in flight`, [
      context.cited.wire,
    ]);
  return { ...nothing, causes: [describe(context, slowest, share)] };
}

function describe(context: RuleContext, peer: PeerObservation, share: number): Candidate {
  const calls = (context.input.trace?.outbound ?? []).filter(
    (call) => call.peer === peer.peer || call.peer.endsWith(`:${peer.peer.split(':').at(-1) ?? ''}`),
  );
  const route = calls.sort((a, b) => b.requests * b.meanMs - a.requests * a.meanMs)[0];
  const perRequestMs = share * context.facts.meanMs;
  return {
    id: 'slow-dependency',
    component: 'downstream',
    location: { peer: peer.peer, ...(route === undefined ? {} : { route: `${route.method} ${route.route}` }) },
    share,
    confidence: 0.92 * (1 - 0.5 * context.sides.unattributed),
    summary: `Waiting for ${peer.label} at ${peer.peer} holds ${percent(share)} of the mean latency, ${ms(perRequestMs)} a request (${peer.waiting.toFixed(1)} requests wait there at any moment).`,
    evidence: cite(context.cited.wire, context.cited.trace, context.cited.accounting),
    remedy: {
      kind: 'runbook',
      statement: `Look at the service behind ${peer.peer}; meanwhile bound the wait with a timeout, a cached answer or a fallback.`,
      expected: expectedGain(context, share),
      basis: 'estimated',
    },
    explains: ['capacity', 'pool-exhausted'],
  };
}
