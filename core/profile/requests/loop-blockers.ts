import type { LoopBlocker } from '../../model/profile.js';
import type { Charge, LoopSample } from './charge-samples.js';
import type { HttpSpan } from './http-spans.js';
import type { LoopStack } from './loop-samples.js';

/** Node's own documentation calls a tick of tens of milliseconds a blocked loop; shorter ones no user notices. */
const minBlockMs = 20;

/** A gap between samples of one piece of work that is longer than this ends it (two sampling intervals and a stall of the sampler). */
const maxGapUs = 5000;

interface Stretch {
  /** Innermost application frame for most of its time. */
  key: string;
  stackId: number;
  durationMs: number;
  routes: ReadonlyMap<string, number>;
}

/**
 * Stretches in which one piece of work held the event loop without a pause for 20 ms or more while other requests were open, grouped by
 * the application frame that burned.
 */
export function findBlockers(
  samples: readonly LoopSample[],
  charges: readonly Charge[],
  stacks: ReadonlyMap<number, LoopStack>,
  spans: readonly HttpSpan[],
  windowMs: number,
): LoopBlocker[] {
  const grouped = new Map<string, Stretch[]>();
  for (const stretch of stretches(samples, charges, stacks)) {
    if (!hasOtherRequests(stretch, spans)) continue;
    grouped.set(stretch.key, [...(grouped.get(stretch.key) ?? []), stretch]);
  }
  return [...grouped.values()]
    .map((group) => toBlocker(group, stacks, windowMs))
    .sort((a, b) => b.share - a.share)
    .slice(0, 10);
}

interface TimedStretch extends Stretch {
  fromUs: number;
  untilUs: number;
}

/** A piece of work = consecutive samples with the same outermost application frame and no idle between them. */
function stretches(samples: readonly LoopSample[], charges: readonly Charge[], stacks: ReadonlyMap<number, LoopStack>): TimedStretch[] {
  const found: TimedStretch[] = [];
  let from = 0;
  for (let index = 1; index <= samples.length; index++) {
    const before = samples[index - 1];
    const now = samples[index];
    const isSame =
      before !== undefined &&
      now !== undefined &&
      now.workKey === before.workKey &&
      now.atUs - (before.atUs + before.durationUs) <= maxGapUs &&
      isSameWork(charges[index - 1], charges[index]);
    if (isSame) continue;
    const stretch = toStretch(samples.slice(from, index), charges[from], stacks);
    if (stretch !== null) found.push(stretch);
    from = index;
  }
  return found;
}

function isSameWork(before: Charge | undefined, now: Charge | undefined): boolean {
  const [a] = before?.routes.keys() ?? [];
  const [b] = now?.routes.keys() ?? [];
  return a === b && before?.requestUs === now?.requestUs;
}

function toStretch(
  samples: readonly LoopSample[],
  charge: Charge | undefined,
  stacks: ReadonlyMap<number, LoopStack>,
): TimedStretch | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first?.workKey == null || last === undefined) return null;
  const untilUs = last.atUs + last.durationUs;
  const durationMs = (untilUs - first.atUs) / 1000;
  if (durationMs < minBlockMs) return null;
  const weights = new Map<string, { weight: number; stackId: number; heaviest: number }>();
  for (const sample of samples) {
    const frame = stacks.get(sample.stackId)?.innermostApplication;
    const key =
      frame === undefined || frame === null ? (sample.workKey ?? '') : `${frame.name}\u0000${frame.module}\u0000${frame.line ?? 0}`;
    const sum = weights.get(key) ?? { weight: 0, stackId: sample.stackId, heaviest: 0 };
    sum.weight += sample.durationUs;
    if (sample.durationUs > sum.heaviest) Object.assign(sum, { stackId: sample.stackId, heaviest: sample.durationUs });
    weights.set(key, sum);
  }
  const [top] = [...weights].sort((a, b) => b[1].weight - a[1].weight);
  if (top === undefined) return null;
  return { key: top[0], stackId: top[1].stackId, durationMs, routes: charge?.routes ?? new Map(), fromUs: first.atUs, untilUs };
}

/** One open request would only wait for its own work. */
function hasOtherRequests(stretch: TimedStretch, spans: readonly HttpSpan[]): boolean {
  const { fromUs, untilUs } = stretch;
  let open = 0;
  const isOwned = stretch.routes.size > 0;
  for (const span of spans) {
    if (span.startUs < untilUs && (span.endUs === null || span.endUs > fromUs)) open++;
    if (open > (isOwned ? 1 : 0)) return true;
  }
  return false;
}

function toBlocker(group: readonly Stretch[], stacks: ReadonlyMap<number, LoopStack>, windowMs: number): LoopBlocker {
  const longest = group.reduce((a, b) => (b.durationMs > a.durationMs ? b : a));
  const stack = stacks.get(longest.stackId) ?? { frames: [], innermostApplication: null };
  const leaf = stack.frames.at(-1) ?? { name: '(unknown)', module: '', line: null };
  const routes = new Map<string, number>();
  for (const stretch of group)
    for (const [route, weight] of stretch.routes) routes.set(route, (routes.get(route) ?? 0) + weight * stretch.durationMs);
  return {
    frame: leaf.name,
    module: leaf.module,
    line: leaf.line,
    stack: stack.frames.map((frame) => frame.name),
    applicationFrame: stack.innermostApplication,
    count: group.length,
    longestMs: longest.durationMs,
    share: windowMs > 0 ? Math.min(1, group.reduce((sum, stretch) => sum + stretch.durationMs, 0) / windowMs) : 0,
    routes: [...routes].sort((a, b) => b[1] - a[1]).map(([route]) => route),
  };
}
