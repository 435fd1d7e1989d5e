import type { LoadPlan, LoadResult, ThresholdResult } from '../../model/load-result.js';
import { slowCount } from './budget-check.js';
import { isGuardThreshold } from './threshold-check.js';
import { notAllowedKey } from '../own-metrics.js';
import { parseMetricName } from '../metric-name.js';
import { count, percent, seconds } from '../../model/figures.js';

/** Key of an uncaught exception of the script in LoadResult.errors, followed by its text. */
export const exceptionKey = 'script exception: ';

/** k6 promises a drop only when no user was free: one in a thousand is the start-up, more is latency that nobody measured. */
const droppedLimit = 0.001;
/** Above this the generator measures itself (k6's own advice: keep a fifth of the CPU idle). */
const generatorCpuLimit = 0.8;

/** Why the run cannot be judged at all, whatever its numbers say. `isErrorSymptom`: failing requests are what was reported. */
export function findBlockers(result: LoadResult, isErrorSymptom: boolean): string[] {
  const blockers: string[] = [];
  const slow = slowCount(result);
  const thrown = exceptions(result);
  const isOtherThanHttp = typeof result.insteadOfHttp === 'string' && thrown.count === 0;
  if (result.requests + slow === 0 && !isOtherThanHttp) blockers.push(noRequests(result, thrown));
  else if (result.requests > 0 && isDead(result, slow) && !isErrorSymptom) {
    blockers.push(
      `the target gave no usable answer to any of ${result.requests} requests${mostFrequent(result)}: it is down or the address is wrong, which is no latency`,
    );
  }
  const blocked = result.errors[notAllowedKey] ?? 0;
  if (blocked > 0) {
    blockers.push(
      `the script sent ${blocked} requests to addresses that the catalog does not name, and they were blocked; name their host in the catalog or remove them`,
    );
  }
  if (result.iterations !== null && thrown.count > result.iterations / 2 && result.requests + slow > 0) {
    blockers.push(`the script threw in ${count(thrown.count)} of ${count(result.iterations)} iterations (${thrown.text})`);
  }
  return blockers;
}

function noRequests(result: LoadResult, thrown: { count: number; text: string }): string {
  if (thrown.count > 0) return `no request was made: the script threw in every iteration (${thrown.text})`;
  const iterations = result.iterations ?? 0;
  return iterations > 0
    ? `no request was made in ${iterations} iterations: each of them threw or ended before its first request`
    : 'no request was answered and no iteration finished: the target hangs or the run was too short for it';
}

/** Everything failed and nothing took any time: refused connections, names that do not resolve. */
function isDead(result: LoadResult, slow: number): boolean {
  return result.failedRatio >= 1 && result.latencyMs.max === null && slow < result.requests / 2;
}

/** Why a green result would prove nothing. Red numbers may still stand: what these hide is only worse. */
export function findDoubts(result: LoadResult, plan: LoadPlan | null, strictestShare: number | null): string[] {
  const doubts: string[] = [];
  const dropped = droppedRatio(result);
  if (dropped > droppedLimit) {
    doubts.push(
      `${percent(dropped)} of the planned iterations were dropped since no user was free: their latency was never measured; raise maxVus`,
    );
  }
  if (strictestShare !== null && result.failedRatio > strictestShare) {
    doubts.push(
      `${percent(result.failedRatio)} of the requests failed${mostFrequent(result)}: the latency of the rest says nothing about them`,
    );
  }
  const thrown = exceptions(result);
  if (result.iterations !== null && thrown.count > result.iterations * 0.05) {
    doubts.push(`the script threw in ${count(thrown.count)} of ${count(result.iterations)} iterations (${thrown.text})`);
  }
  doubts.push(...crossedGuards(result), ...exitDoubts(result));
  if (plan !== null && plan.script === null && result.durationMs !== null && result.durationMs < plan.durationMs * 0.9) {
    doubts.push(`the load ended after ${seconds(result.durationMs)} of ${seconds(plan.durationMs)}`);
  }
  return doubts;
}

/** Thresholds of the script that watch over the run itself. They are told whatever the verdict is: somebody set them. */
export function crossedGuards(result: LoadResult): string[] {
  return result.thresholds
    .filter((threshold) => !threshold.ok && isGuardThreshold(threshold) && !isMuteValve(threshold))
    .map(({ metric, expression, observed }) => {
      return isValve(metric)
        ? `the load was stopped because ${percent(observed ?? 1)} of the requests failed${mostFrequent(result)}`
        : `guard ${metric} ${expression} failed (${observed === null ? 'nothing was counted' : Number(observed.toPrecision(4))})`;
    });
}

function isValve(metric: string): boolean {
  return parseMetricName(metric).base === 'http_req_failed';
}

/** Without an answer there is no ratio of failures, and nothing was stopped for one. */
function isMuteValve({ metric, observed }: ThresholdResult): boolean {
  return isValve(metric) && observed === null;
}

function exitDoubts({ exitCode, thresholds }: LoadResult): string[] {
  // A teardown that throws (107) comes after the load, which is whole.
  if (exitCode === null || [0, 107, 110].includes(exitCode)) return [];
  if (exitCode !== 99) return [`k6 ended with exit code ${exitCode}, so its numbers are partial`];
  return thresholds.every(({ ok }) => ok) ? ['k6 says a threshold was crossed (exit code 99), its numbers say none was'] : [];
}

/** Null = the generator had room; otherwise why latency and rate are its own rather than the target's. */
export function generatorSaturation(result: LoadResult): string | null {
  const cpu = result.generator?.cpuRatio ?? null;
  if (cpu === null || cpu <= generatorCpuLimit) return null;
  return `k6 itself used ${percent(cpu)} of all cores, so latency and rate may be its own; lower the load or run it from another host`;
}

export function droppedRatio(result: LoadResult): number {
  const planned = result.droppedIterations + (result.iterations ?? result.requests);
  return planned === 0 ? 0 : result.droppedIterations / planned;
}

function exceptions(result: LoadResult): { count: number; text: string } {
  const thrown = Object.entries(result.errors).filter(([key]) => key.startsWith(exceptionKey));
  const [text = ''] = thrown.sort(([, a], [, b]) => b - a).map(([key]) => key.slice(exceptionKey.length));
  return { count: thrown.reduce((sum, [, count]) => sum + count, 0), text };
}

function mostFrequent(result: LoadResult): string {
  const [worst] = Object.entries(result.errors).sort(([, a], [, b]) => b - a);
  return worst === undefined ? '' : ` (${worst[0]}: ${worst[1]})`;
}
