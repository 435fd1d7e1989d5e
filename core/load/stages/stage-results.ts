import type { StageResult } from '../../model/load-result.js';
import type { LoadStage } from '../../model/load-stages.js';
import { answersMetric, startedMetric, timeoutKey } from '../own-metrics.js';
import { plannedRequests } from './staged-plan.js';

/** Values of one metric among the samples with these tags; empty when there is none. */
export type StageValues = (metric: string, tags: Record<string, string>) => Record<string, number>;

/** What each stage measured, as far as the run came: `judgedMs` of its judged part. A stage that it never reached is left out. */
export function stageResults(stages: readonly LoadStage[], judgedMs: number, values: StageValues): StageResult[] {
  return stages.flatMap((stage) => {
    const durationMs = Math.min(stage.durationMs, judgedMs - stage.startMs);
    return durationMs > 0 ? [stageResult(stage, durationMs, values)] : [];
  });
}

function stageResult(stage: LoadStage, durationMs: number, values: StageValues): StageResult {
  const { name, model } = stage;
  const { passes = 0, fails = 0 } = values('http_req_failed', { stage: name });
  // k6's word: a failed request "passes" this rate.
  const requests = passes + fails;
  const planned = model === 'open' ? plannedRequests(stage, durationMs) : null;
  const begun = values(startedMetric, { stage: name })['count'] ?? 0;
  return {
    name,
    durationMs,
    offeredRate: planned === null ? null : (planned / durationMs) * 1000,
    requests,
    requestRate: (requests / durationMs) * 1000,
    failedRatio: requests > 0 ? passes / requests : 0,
    slow: Math.max(0, begun - requests) + (values(answersMetric, { answer: timeoutKey, stage: name })['count'] ?? 0),
    // One arrival at either end of a stage may count for its neighbour.
    droppedIterations: planned === null ? 0 : Math.max(0, Math.floor(planned) - 1 - begun),
    latencyMs: latencyOf(values('http_req_duration', { stage: name, expected_response: 'true' }), requests),
  };
}

/** Of fewer requests the slowest thousandth is less than one: it would only be the maximum under another name. */
const fewestForP999 = 1000;

function latencyOf(duration: Record<string, number>, requests: number): StageResult['latencyMs'] {
  const of = (stat: string): number | null => (requests > 0 && (duration['max'] ?? 0) > 0 ? (duration[stat] ?? null) : null);
  const p999 = (duration['count'] ?? 0) >= fewestForP999 ? of('p(99.9)') : null;
  return { p50: of('med'), p95: of('p(95)'), p99: of('p(99)'), p999, mean: of('avg'), max: of('max') };
}
