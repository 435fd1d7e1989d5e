import { isGuardThreshold } from './judge/threshold-check.js';
import { hasSamples } from './metric-samples.js';
import type { Summary } from './summary-shape.js';

/** First words of the metrics that k6 writes for protocols other than HTTP, and what people call them. */
const protocols: readonly [RegExp, string][] = [
  [/^grpc_/, 'gRPC'],
  [/^ws_/, 'WebSocket'],
  [/^browser_/, 'browser'],
];

/** Metrics that every run has, whatever it does. */
const ofEveryRun =
  /^(http_reqs?(_.*)?|iterations|iteration_duration|vus|vus_max|data_sent|data_received|checks|dropped_iterations|group_duration)$/;

/** What a run without HTTP requests measured instead; null when that is nothing. A run whose every iteration threw measured nothing. */
export function insteadOfHttp(summary: Summary): string | null {
  const measured = summary.metrics.filter((metric) => !ofEveryRun.test(metric.base) && hasSamples(metric));
  const named = protocols.filter(([pattern]) => measured.some(({ base }) => pattern.test(base))).map(([, name]) => name);
  if (named.length > 0) return named.join(' and ');
  const judged = measured.filter(({ name, thresholds }) =>
    thresholds.some(({ expression }) => !isGuardThreshold({ metric: name, expression })),
  );
  return judged.length === 0 ? null : [...new Set(judged.map(({ base }) => base))].join(', ');
}
