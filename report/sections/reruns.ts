import type { BaselineComparison, Comparison } from '../../core/model/comparison.js';
import type { ForecastCheck, Rerun, RunFigures } from '../../core/model/rerun.js';
import type { ReportInput } from '../report-input.js';
import { bullets, code, fold, rich, strong, table, type Rich, type Section } from '../rich-text.js';
import { dateTime, milliseconds, percent, plural, requestRate, times } from '../words.js';

/** Null when nothing was run again. */
export function rerunsSection({ incident }: ReportInput): Section | null {
  const first = incident.reruns[0];
  if (first === undefined) return null;
  const rows = [
    figuresRow('before', first.before, []),
    ...incident.reruns.map((rerun) => figuresRow(`after, ${dateTime(rerun.at)}`, rerun.after, verdictCell(rerun))),
  ];
  return {
    id: 'reruns',
    title: 'Re-runs',
    blocks: [
      table('The same load before and after', ['Run', '>p50', '>p95', '>p99', '>Rate', '>Failed', 'p95 after ÷ before'], rows),
      ...bullets(incident.reruns.slice(-1).flatMap((rerun) => statements(rerun))),
      ...fold(
        ['How each re-run was compared'],
        bullets(incident.reruns.map((rerun, index) => rich`Re-run ${index + 1}: ${methodText(rerun)}. ${rerun.reasons.join('; ')}`)),
      ),
    ],
  };
}

function figuresRow(name: string, run: RunFigures, verdict: Rich): Rich[] {
  return [
    [name],
    [milliseconds(run.p50Ms)],
    [milliseconds(run.p95Ms)],
    [milliseconds(run.p99Ms)],
    [requestRate(run.requestRate)],
    [percent(run.failedRatio)],
    verdict,
  ];
}

/** `0.017× (0.015–0.020 within one run): improved`. */
function verdictCell(rerun: Rerun): Rich {
  return rich`${ratioText(rerun)}: ${strong(rerun.verdict)}`;
}

export function ratioText({ ratio, ci, ciKind }: Comparison): string {
  if (ratio === null) return 'no ratio';
  const kind = ciKind === 'between-runs' ? 'between runs' : 'within a run';
  return ci === null ? `${times(ratio)} (no interval)` : `${times(ratio)} (95 % interval ${times(ci[0])} to ${times(ci[1])}, ${kind})`;
}

/** What the interval was computed from, for a reader who wants to check it. */
function methodText({ method, runs: { before, after, pairs } }: Comparison): string {
  switch (method) {
    case 'paired-runs':
      return `${plural(pairs, 'pair')} of runs taken in turns, exact signed-rank test`;
    case 'separate-runs':
      return `${before} against ${plural(after, 'run')}, exact Mann–Whitney test`;
    case 'paired-windows':
      return 'sub-windows paired by their moment, exact signed-rank test';
    case 'separate-windows':
      return 'sub-windows of each side, exact Mann–Whitney test';
    case 'ratio-only':
      return 'a ratio alone, there are too few measurements for an interval';
  }
}

/** Being within the budget and being as fast as before the incident are two things; the second needs a healthy run to compare with. */
function statements(rerun: Rerun): Rich[] {
  const isBack = rerun.backToBaseline === null ? 'unknown' : rerun.backToBaseline ? 'yes' : 'no';
  return [
    rich`${strong(`Within budget: ${rerun.withinBudget ? 'yes' : 'no'}`)}, outcome ${rerun.outcome}`,
    rich`${strong(`Back to baseline: ${isBack}`)}, ${baselineText(rerun.baseline)}`,
    ...(rerun.forecasts ?? []).map((check) => rich`${strong('Forecast')} - ${forecastText(check)}`),
  ];
}

/** The forecast of the report beside what the re-run measured. A re-run before the remedy measures something else, which its reader knows. */
function forecastText({ cause, forecast: { lowMs, highMs, kind }, measuredMs, error, isInside }: ForecastCheck): Rich {
  const said =
    kind === 'bound'
      ? `no less than ${milliseconds(lowMs)}`
      : highMs === null
        ? `${milliseconds(lowMs)} or more`
        : `${milliseconds(lowMs)} to ${milliseconds(highMs)}`;
  const off = error === null ? '' : `, ${percent(error)} off what was likely`;
  return rich`without ${code(cause)} a mean latency of ${said} was forecast, ${milliseconds(measuredMs)} was measured: ${isInside ? 'inside' : 'outside'}${off}`;
}

function baselineText(baseline: BaselineComparison | null): string {
  if (baseline === null)
    return 'no healthy run of this load is on record; a confirmation that finds nothing, or a resolved re-run, leaves one for the next time';
  const { runs, source, at, p95Ms } = baseline;
  const record = `${plural(runs.before, 'healthy run')} of this load on record, p95 ${milliseconds(p95Ms)}, the newest a ${source} of ${dateTime(at)}`;
  return `p95 ÷ baseline is ${ratioText(baseline)}; method: ${methodText(baseline)}; ${record}`;
}
