/** What the terminal shows of the result of a load run. */
import type { LoadAnalysis } from '../../../core/load/analyze-load.js';
import { parseMetricName } from '../../../core/load/metric-name.js';
import { parseThreshold } from '../../../core/load/judge/threshold-expression.js';
import { milliseconds, percent } from '../../../core/model/figures.js';

export function loadText(analysis: LoadAnalysis): string {
  const { format, verdict, reasons, thresholds, latencyMs, requests, requestRate, failedRatio, droppedIterations } = analysis;
  const latency = Object.entries<number | null>({ ...latencyMs }).map(
    ([name, value]) => `${name} ${value === null ? 'unknown' : milliseconds(value)}`,
  );
  const dropped = droppedIterations === 0 ? '' : `, ${droppedIterations} iterations dropped`;
  return [
    `verdict   ${verdict}`,
    ...reasons.map((reason, index) => `${index === 0 ? 'because ' : '        '}  ${reason}`),
    `requests  ${requests}, ${requestRate.toFixed(1)}/s, ${failedRatio === null ? 'failures unknown' : `${percent(failedRatio)} failed`}${dropped}`,
    `latency   ${latency.join(', ')}`,
    ...thresholds.map(
      (threshold) =>
        `${threshold.ok ? 'ok      ' : 'FAILED  '}  ${threshold.metric} ${threshold.expression}, observed ${observedText(threshold)}`,
    ),
    `read as   ${format}`,
  ].join('\n');
}

/** In the unit of its metric: k6 measures durations in milliseconds, shares from 0 to 1, and counts. */
function observedText({ metric, expression, observed }: LoadAnalysis['thresholds'][number]): string {
  if (observed === null) return 'unknown';
  const { base } = parseMetricName(metric);
  const stat = parseThreshold(expression)?.stat ?? '';
  if (/failed$|^checks$/.test(base)) return percent(observed);
  if (stat !== 'count' && stat !== 'rate' && /duration|waiting|blocked|connecting|receiving|sending|tls/.test(base))
    return milliseconds(observed);
  return String(Number(observed.toPrecision(6)));
}
