import { isWorse, type Severity } from './severity.js';
import { percent } from '../../model/figures.js';

/** What was measured of one endpoint. Null: not measured; nothing follows from it. */
export interface EndpointFacts {
  service: string;
  /** Catalog key `service/endpoint`. */
  endpoint: string;
  isCritical: boolean;
  requests: number;
  /** How long the figures hold already. */
  observedForMs: number;
  /** A load window whose verdict is `confirmed` is a measurement, however short. */
  isConfirmedWindow: boolean;
  /** 0..1 */
  errorRatio: number | null;
  /** 0..1: requests that ended by a timeout. */
  timeoutRatio: number | null;
  p95Ms: number | null;
  p95BudgetMs: number | null;
  evidence: readonly string[];
}

export interface ServiceFacts {
  service: string;
  isCritical: boolean;
  /** Null: unknown, which is neither. */
  isHealthy: boolean | null;
  evidence: readonly string[];
}

/** How fast the error budget burns: error ratio ÷ (1 − objective), over a long and a short window that must agree. */
export interface BurnFacts {
  service: string;
  oneHour: number;
  fiveMinutes: number;
  evidence: readonly string[];
}

export interface SeverityFacts {
  endpoints: readonly EndpointFacts[];
  services: readonly ServiceFacts[];
  burns: readonly BurnFacts[];
  /** Said by a person: data were lost, or somebody broke in. */
  hasDataLoss: boolean;
  hasSecurityBreach: boolean;
}

export interface SeverityVerdict {
  severity: Severity;
  /** Id of the rule that decided. */
  rule: string;
  /** One sentence with the measured figure and the threshold. */
  reason: string;
  evidence: readonly string[];
}

/** Fewer requests say nothing of a ratio: at 50, one failure more or less moves it by 2 points, which is below the least step of the table. */
const leastRequests = 50;
/** A ratio that holds for less may be one burst. */
const leastObservedMs = 120_000;

/** Burn rates of the multi-window alerts of Google's SRE workbook: 14.4 for an hour spends 2 % of a budget of 30 days, 6 for an hour 0.8 %. */
const burnRates: readonly [number, Severity][] = [
  [14.4, 'SEV2'],
  [6, 'SEV3'],
  [1, 'SEV4'],
];
/** Error ratios of a critical endpoint: every second user, every twentieth, every hundredth. */
const errorRatios: readonly [number, Severity][] = [
  [0.5, 'SEV1'],
  [0.05, 'SEV2'],
  [0.01, 'SEV3'],
];
/** The table of the incident-command facts: p95 at four times its budget is a broken core feature, not a slow one. Our judgement, to be overridden. */
const severeLatencyFactor = 4;

function isMeasured(facts: EndpointFacts): boolean {
  return facts.isConfirmedWindow || (facts.requests >= leastRequests && facts.observedForMs >= leastObservedMs);
}

function verdict(severity: Severity, rule: string, reason: string, evidence: readonly string[]): SeverityVerdict {
  return { severity, rule, reason, evidence };
}

function byErrors(facts: EndpointFacts): SeverityVerdict[] {
  const { errorRatio, endpoint, evidence } = facts;
  if (errorRatio === null || !isMeasured(facts)) return [];
  const row = errorRatios.find(([threshold]) => errorRatio >= threshold);
  if (row === undefined) return [];
  const [threshold, severity] = row;
  const told = `${percent(errorRatio)} of the requests of ${endpoint} fail (from ${percent(threshold)})`;
  return [verdict(facts.isCritical ? severity : 'SEV3', facts.isCritical ? 'error-ratio' : 'error-ratio-not-critical', told, evidence)];
}

function byLatency(facts: EndpointFacts): SeverityVerdict[] {
  const { p95Ms, p95BudgetMs, timeoutRatio, endpoint, evidence, isCritical } = facts;
  if (!isMeasured(facts)) return [];
  if (timeoutRatio === 1)
    return [verdict(isCritical ? 'SEV1' : 'SEV3', 'all-time-out', `every request of ${endpoint} times out`, evidence)];
  if (p95Ms === null || p95BudgetMs === null || p95Ms <= p95BudgetMs) return [];
  const factor = p95Ms / p95BudgetMs;
  const told = `p95 of ${endpoint} is ${Math.round(p95Ms)} ms, ${factor.toFixed(1)} times its budget of ${p95BudgetMs} ms`;
  if (!isCritical) return [verdict('SEV4', 'latency-not-critical', told, evidence)];
  return [factor >= severeLatencyFactor ? verdict('SEV2', 'latency-severe', told, evidence) : verdict('SEV3', 'latency', told, evidence)];
}

function byHealth(services: readonly ServiceFacts[]): SeverityVerdict[] {
  const known = services.filter((service) => service.isHealthy !== null);
  const failing = known.filter((service) => service.isHealthy === false);
  const evidence = failing.flatMap((service) => service.evidence);
  const names = failing.map((service) => service.service).join(', ');
  if (failing.length === 0) return [];
  // "All" of one service says nothing beyond that this one is down.
  if (known.length === services.length && known.length > 1 && failing.length === known.length)
    return [verdict('SEV1', 'all-services-down', `all ${known.length} services fail their health checks: ${names}`, evidence)];
  const critical = failing.filter((service) => service.isCritical);
  if (critical.length > 0) {
    const which = critical.map((service) => service.service).join(', ');
    return [verdict('SEV2', 'critical-service-down', `critical service fails its health check: ${which}`, evidence)];
  }
  return [verdict('SEV3', 'service-down', `service fails its health check: ${names}`, evidence)];
}

function byBurn(burn: BurnFacts): SeverityVerdict[] {
  const both = Math.min(burn.oneHour, burn.fiveMinutes);
  const row = burnRates.find(([threshold]) => both >= threshold);
  if (row === undefined) return [];
  const told = `${burn.service} burns its error budget ${both.toFixed(1)} times too fast, over an hour and over 5 minutes (from ${row[0]})`;
  return [verdict(row[1], 'burn-rate', told, burn.evidence)];
}

function byFlag(facts: SeverityFacts): SeverityVerdict[] {
  return [
    ...(facts.hasDataLoss ? [verdict('SEV1', 'data-loss', 'a person reports lost data', [])] : []),
    ...(facts.hasSecurityBreach ? [verdict('SEV1', 'security', 'a person reports a security breach', [])] : []),
  ];
}

/** Every rule that matches, the worst first. Empty: nothing measured asks for an incident. */
export function matchingRules(facts: SeverityFacts): SeverityVerdict[] {
  const all = [
    ...byFlag(facts),
    ...facts.endpoints.flatMap((endpoint) => [...byErrors(endpoint), ...byLatency(endpoint)]),
    ...byHealth(facts.services),
    ...facts.burns.flatMap(byBurn),
  ];
  return all.sort((left, right) => (isWorse(left.severity, right.severity) ? -1 : isWorse(right.severity, left.severity) ? 1 : 0));
}

export interface HeldSeverity {
  severity: Severity;
  /** When a person lowered it below what a rule asked for; null: never. */
  loweredAtMs: number | null;
}

/**
 * What the rules make of a severity that holds. They only ever raise: lowering is a person's decision, and after one the rules speak again only on
 * evidence that is newer than it. Null: it stays.
 */
export function raisedBy(held: HeldSeverity, facts: SeverityFacts, measuredAtMs: number): SeverityVerdict | null {
  const [worst] = matchingRules(facts);
  if (worst === undefined || !isWorse(worst.severity, held.severity)) return null;
  if (held.loweredAtMs !== null && measuredAtMs <= held.loweredAtMs) return null;
  return worst;
}
