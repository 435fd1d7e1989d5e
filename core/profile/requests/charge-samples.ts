import type { Frame } from '../../model/profile.js';
import type { HttpSpan } from './http-spans.js';

/** One busy sample of the event loop with what its stack says. */
export interface LoopSample {
  atUs: number;
  durationUs: number;
  /** Identity of the stack. */
  stackId: number;
  /** Outermost application frame, the best name for "whose work is this". */
  workKey: string | null;
  /** How the loop came to run it. `request` = inside the parser's callback, that is synchronously at the start of a request. */
  entry: 'request' | 'timer' | 'other';
}

/** What a sample's time was charged to. */
export interface Charge {
  /** Route → part of the sample; the parts add up to 1, or there are none. */
  routes: ReadonlyMap<string, number>;
  /** Start of the one request that surely ran, where the stack tells; two of the same route in a row are two pieces of work. */
  requestUs: number | null;
}

/** A route must be open in nearly all samples of some work to own it… */
const minPresence = 0.95;
/** …and so much more often than while other work runs; by the same factor more than any other route. */
const minLift = 1.3;

export function routeKey(span: HttpSpan): string {
  return `${span.method} ${span.route}`.trim();
}

/**
 * Charges each busy sample to routes. At the start of a request its handler runs inside the parser's callback: the request that began
 * last is the one. Later parts of a request carry no mark, so work is known by its outermost application frame: first by the routes
 * whose starts ran it, else by which route is open whenever it runs (and is not open anyway); what is left is shared by the open
 * requests. Work that a timer started, and that no route explains, is nobody's: a job.
 */
export function chargeSamples(samples: readonly LoopSample[], spans: readonly HttpSpan[]): Charge[] {
  const open = openAt(samples, spans);
  const owners = ownersOfWork(samples, open);
  return samples.map((sample, index) => {
    const at = open[index] ?? { latest: null, latestUs: null, counts: new Map<string, number>() };
    if (sample.entry === 'request' && at.latest !== null) return { routes: new Map([[at.latest, 1]]), requestUs: at.latestUs };
    const owner = sample.workKey === null ? undefined : owners.get(sample.workKey);
    if (owner !== undefined) return { routes: limitedTo(owner, at.counts), requestUs: null };
    return { routes: sample.entry === 'timer' ? new Map<string, number>() : normalised(at.counts), requestUs: null };
  });
}

interface OpenRequests {
  /** Route of the open request that began last. */
  latest: string | null;
  latestUs: number | null;
  counts: Map<string, number>;
}

/** The open requests at each sample, by one sweep over starts and ends. */
function openAt(samples: readonly LoopSample[], spans: readonly HttpSpan[]): OpenRequests[] {
  const starts = [...spans].sort((a, b) => a.startUs - b.startUs);
  let next = 0;
  let current: HttpSpan[] = [];
  return samples.map((sample) => {
    for (let span = starts[next]; span !== undefined && span.startUs <= sample.atUs; span = starts[next]) {
      current.push(span);
      next++;
    }
    current = current.filter((span) => span.endUs === null || span.endUs > sample.atUs);
    const counts = new Map<string, number>();
    for (const span of current) counts.set(routeKey(span), (counts.get(routeKey(span)) ?? 0) + 1);
    const latest = current.at(-1);
    return { latest: latest === undefined ? null : routeKey(latest), latestUs: latest?.startUs ?? null, counts };
  });
}

function ownersOfWork(samples: readonly LoopSample[], open: readonly OpenRequests[]): Map<string, Map<string, number>> {
  const started = new Map<string, Map<string, number>>();
  const present = new Map<string, { total: number; routes: Map<string, number> }>();
  const overall = { total: 0, routes: new Map<string, number>() };
  for (const [index, sample] of samples.entries()) {
    const { latest = null, counts = new Map<string, number>() } = open[index] ?? {};
    addPresence(overall, sample.durationUs, counts);
    if (sample.workKey === null) continue;
    if (sample.entry === 'request' && latest !== null) {
      const routes = started.get(sample.workKey) ?? new Map<string, number>();
      routes.set(latest, (routes.get(latest) ?? 0) + sample.durationUs);
      started.set(sample.workKey, routes);
    }
    const seen = present.get(sample.workKey) ?? { total: 0, routes: new Map<string, number>() };
    addPresence(seen, sample.durationUs, counts);
    present.set(sample.workKey, seen);
  }
  const owners = new Map<string, Map<string, number>>();
  for (const [work, seen] of present) {
    const byStart = started.get(work);
    const owner = byStart === undefined ? ownerByPresence(seen, overall) : normalised(byStart);
    if (owner !== null) owners.set(work, owner);
  }
  return owners;
}

interface Presence {
  total: number;
  routes: Map<string, number>;
}

function addPresence(into: Presence, weight: number, counts: ReadonlyMap<string, number>): void {
  into.total += weight;
  for (const route of counts.keys()) into.routes.set(route, (into.routes.get(route) ?? 0) + weight);
}

/** The route that is open whenever this work runs, and clearly less often when other work does. */
function ownerByPresence(seen: Presence, overall: Presence): Map<string, number> | null {
  const otherTotal = overall.total - seen.total;
  // Without other work to compare with, being open says nothing.
  if (otherTotal < 0.02 * overall.total) return null;
  const lifts = [...seen.routes]
    .filter(([, weight]) => weight >= minPresence * seen.total)
    .map(([route, weight]): [string, number] => {
      const usual = ((overall.routes.get(route) ?? 0) - weight) / otherTotal;
      return [route, weight / seen.total / Math.max(usual, 0.01)];
    })
    .sort((a, b) => b[1] - a[1]);
  const [best, second] = lifts;
  if (best === undefined || best[1] < minLift || (second !== undefined && second[1] * minLift > best[1])) return null;
  return new Map([[best[0], 1]]);
}

/** The owner's routes that are really open now; when none is, the work belongs to its owner all the same. */
function limitedTo(owner: ReadonlyMap<string, number>, counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const present = new Map([...owner].filter(([route]) => counts.has(route)));
  return present.size > 0 ? normalised(present) : owner;
}

function normalised(weights: ReadonlyMap<string, number>): Map<string, number> {
  const sum = [...weights.values()].reduce((total, weight) => total + weight, 0);
  return new Map(sum > 0 ? [...weights].map(([key, weight]): [string, number] => [key, weight / sum]) : []);
}

/** Key of a frame as the owner of work. */
export function workKeyOf(frame: Frame): string {
  return `${frame.name}\u0000${frame.module}\u0000${frame.line ?? 0}`;
}
