/** What the services' own counters say of the requests of an incident: sums over its time, not averages of averages. */
import type { Series } from '../rca/onset.js';
import type { BurnFacts } from '../severity/assess-severity.js';

/** Times are ISO 8601 in UTC. Loads of ours are in it, since a counter cannot tell them apart. */
export interface ImpactMeasure {
  from: string;
  to: string;
  /** Services whose traffic was read. */
  services: readonly string[];
  requests: number;
  /** Null: the ratio of errors was read of none of them. */
  failed: number | null;
  /** What could not be read, in a sentence; null: everything was. */
  unread: string | null;
}

interface Window {
  fromMs: number;
  toMs: number;
}

/** A counter that was not scraped for longer than this many steps tells nothing of the time between. */
const gapSteps = 2;

function stepOf(samples: Series['samples']): number {
  const [first, second] = samples;
  return first === undefined || second === undefined ? 0 : second.atMs - first.atMs;
}

/** Sum of rate × length of every step that lies in the window; `share` weighs it. Rates are per second. */
function integrate(traffic: Series['samples'], { fromMs, toMs }: Window, share: (atMs: number) => number): number {
  const stepMs = stepOf(traffic);
  return traffic.reduce((sum, { atMs, value }, index) => {
    const nextMs = Math.min(traffic[index + 1]?.atMs ?? atMs + stepMs, atMs + gapSteps * stepMs);
    const lengthMs = Math.min(nextMs, toMs) - Math.max(atMs, fromMs);
    return Number.isFinite(value) && lengthMs > 0 ? sum + (value * share(atMs) * lengthMs) / 1000 : sum;
  }, 0);
}

/** The ratio at a moment: of the sample at it or the last one before. Where nothing came, nothing failed. */
function ratioAt(errors: Series['samples']): (atMs: number) => number {
  return (atMs) => {
    const value = errors.findLast((sample) => sample.atMs <= atMs)?.value ?? 0;
    return Number.isFinite(value) ? Math.min(Math.max(value, 0), 1) : 0;
  };
}

/** Null: the traffic of no service was read, so there is nothing to count. */
export function measureImpact(series: readonly Series[], window: Window, unread: string | null): ImpactMeasure | null {
  const of = (signal: string): Series[] => series.filter((one) => one.signal === signal && one.samples.length > 1);
  const traffic = of('traffic');
  if (traffic.length === 0) return null;
  const errors = new Map(of('errors').map(({ service, samples }) => [service, samples]));
  const known = traffic.filter(({ service }) => errors.has(service));
  const failed = known.reduce((sum, { service, samples }) => sum + integrate(samples, window, ratioAt(errors.get(service) ?? [])), 0);
  return {
    from: new Date(window.fromMs).toISOString(),
    to: new Date(window.toMs).toISOString(),
    services: traffic.map(({ service }) => service),
    requests: traffic.reduce((sum, { samples }) => sum + integrate(samples, window, () => 1), 0),
    failed: known.length === 0 ? null : failed,
    unread,
  };
}

const hourMs = 3_600_000;
const fiveMinutesMs = 300_000;

/** Share of the requests that failed in a window; without traffic the mean of the ratio. Null: nothing was read in it. */
function meanRatio(errors: Series['samples'], traffic: Series['samples'] | null, window: Window): number | null {
  const inside = errors.filter(({ atMs, value }) => atMs >= window.fromMs && atMs <= window.toMs && Number.isFinite(value));
  if (inside.length === 0) return null;
  const requests = traffic === null ? 0 : integrate(traffic, window, () => 1);
  if (traffic !== null && requests > 0) return integrate(traffic, window, ratioAt(errors)) / requests;
  return inside.reduce((sum, { value }) => sum + value, 0) / inside.length;
}

/** How fast each service burns its error budget now. `objectives`: ratio 0..1 by service; one without an objective has no budget. */
export function burnRates(
  series: readonly Series[],
  objectives: Readonly<Record<string, number>>,
  nowMs: number,
): Omit<BurnFacts, 'evidence'>[] {
  return series.flatMap(({ service, signal, samples }) => {
    const objective = objectives[service];
    if (signal !== 'errors' || objective === undefined || objective >= 1) return [];
    const traffic = series.find((one) => one.service === service && one.signal === 'traffic')?.samples ?? null;
    const [long, short] = [hourMs, fiveMinutesMs].map((lengthMs) => meanRatio(samples, traffic, { fromMs: nowMs - lengthMs, toMs: nowMs }));
    if (long == null || short == null) return [];
    return [{ service, oneHour: long / (1 - objective), fiveMinutes: short / (1 - objective) }];
  });
}
