import { groupBy } from '../../model/group-by.js';
import type { RequestTrace, RouteSpans } from '../../model/profile.js';
import { chargeSamples, routeKey } from './charge-samples.js';
import { parseV8Profile } from '../formats/v8/v8-profile.js';
import { httpSpans, type HttpSpan } from './http-spans.js';
import { findBlockers } from './loop-blockers.js';
import { loopSamples } from './loop-samples.js';

export interface RequestTraceInput {
  /** Trace events of the capture, any order; foreign ones are ignored. */
  traceEvents: readonly unknown[];
  /** The parsed JSON of the `.cpuprofile` of the same capture: same clock. */
  profile: unknown;
  windowMs: number;
}

/**
 * Joins request spans with CPU samples: what each route cost the event loop (`cpuShare` is 0..1 of the busy time; the rest belongs to
 * no request), what was called outside, and which work held the loop while others waited. Throws UnreadableInputError when the profile
 * is none.
 */
export function readRequestTrace(input: RequestTraceInput): RequestTrace {
  const profile = parseV8Profile(input.profile);
  const spans = httpSpans(input.traceEvents);
  const inbound = spans.filter((span) => span.side === 'server');
  adoptMethods(inbound);
  nameOpenRequests(inbound);
  const { samples, stacks } = loopSamples(profile);
  const charges = chargeSamples(samples, inbound);
  const cpuUs = new Map<string, number>();
  let busyUs = 0;
  for (const [index, sample] of samples.entries()) {
    busyUs += sample.durationUs;
    for (const [route, part] of charges[index]?.routes ?? []) cpuUs.set(route, (cpuUs.get(route) ?? 0) + part * sample.durationUs);
  }
  return {
    routes: routesOf(inbound, (route) => (busyUs > 0 ? Math.min(1, (cpuUs.get(route) ?? 0) / busyUs) : 0)),
    outbound: outboundOf(
      spans.filter((span) => span.side === 'client'),
      isGivenUp(spans),
    ),
    blockers: findBlockers(samples, charges, stacks, inbound, input.windowMs),
  };
}

/**
 * The method comes from our recorder, which misses a request that it came too late for. Where all others of the same path have one method,
 * that is it.
 */
function adoptMethods(spans: readonly HttpSpan[]): void {
  const methods = new Map<string, Set<string>>();
  for (const { route, method } of spans)
    if (route !== '' && method !== '') methods.set(route, (methods.get(route) ?? new Set()).add(method));
  for (const span of spans) {
    const [only, ...others] = span.method === '' ? (methods.get(span.route) ?? []) : [];
    if (only !== undefined && others.length === 0) span.method = only;
  }
}

/** The path of a request comes with its end; one that is still open at the end of the capture is told apart as such. */
function nameOpenRequests(spans: readonly HttpSpan[]): void {
  for (const span of spans) if (span.route === '') span.route = '(unfinished)';
}

function durationsMs(spans: readonly HttpSpan[]): number[] {
  return spans.flatMap((span) => (span.endUs === null ? [] : [(span.endUs - span.startUs) / 1000]));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function routesOf(spans: readonly HttpSpan[], cpuShare: (route: string) => number): RouteSpans[] {
  return [...groupBy(spans, routeKey)]
    .flatMap(([key, group]) => {
      const first = group[0];
      if (first === undefined) return [];
      const durations = durationsMs(group);
      return [
        {
          method: first.method,
          route: first.route,
          requests: group.length,
          meanMs: mean(durations),
          maxMs: durations.reduce((a, b) => Math.max(a, b), 0),
          cpuShare: cpuShare(key),
        },
      ];
    })
    .sort((a, b) => b.cpuShare - a.cpuShare || b.requests - a.requests);
}

/**
 * Node tells the end of a call only when it is answered. One that is still open long after any request could have waited for it was given up: its
 * socket was destroyed, by a time limit mostly.
 */
function isGivenUp(spans: readonly HttpSpan[]): (call: HttpSpan) => boolean {
  const longestMs = Math.max(0, ...durationsMs(spans.filter((span) => span.side === 'server')));
  const lastUs = spans.reduce((latest, span) => Math.max(latest, span.startUs, span.endUs ?? 0), 0);
  return (call) => longestMs > 0 && call.endUs === null && (lastUs - call.startUs) / 1000 > longestMs;
}

/** A call failed when it was answered with a server's error, ended without a status, or was given up. */
function outboundOf(spans: readonly HttpSpan[], givenUp: (call: HttpSpan) => boolean): RequestTrace['outbound'] {
  return [...groupBy(spans, (span) => `${span.peer} ${routeKey(span)}`).values()]
    .flatMap((group) => {
      const first = group[0];
      if (first === undefined) return [];
      const failed = group.filter(
        (span) => givenUp(span) || (span.endUs !== null && (span.status === null || span.status === 0 || span.status >= 500)),
      ).length;
      return [
        { peer: first.peer, method: first.method, route: first.route, requests: group.length, meanMs: mean(durationsMs(group)), failed },
      ];
    })
    .sort((a, b) => b.requests * b.meanMs - a.requests * a.meanMs);
}
