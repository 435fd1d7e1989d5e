import type { Incident, Rerun, RunFigures } from '../../core/model/incident.js';
import type { ReportInput } from '../report-input.js';
import { bullets, rich, strong, table, type Rich, type Section } from '../rich-text.js';
import { dateTime, milliseconds, percent, requestRate, times } from '../words.js';

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
      ...bullets(incident.reruns.flatMap((rerun, index) => statements(incident, rerun, index))),
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

export function ratioText({ ratio, ci, ciKind }: Rerun): string {
  if (ratio === null) return 'no ratio';
  const kind = ciKind === 'between-runs' ? 'between runs' : 'within one run a side';
  return ci === null ? `${times(ratio)} (no interval)` : `${times(ratio)} (95 % interval ${times(ci[0])} to ${times(ci[1])}, ${kind})`;
}

/** Inside the budget and as good as before the incident are two things; the second needs a healthy run to compare with. */
function statements({ reruns }: Incident, rerun: Rerun, index: number): Rich[] {
  const label = (words: string): string =>
    reruns.length > 1 ? `Re-run ${index + 1}, ${words}` : words.replace(/^./, (first) => first.toUpperCase());
  return [
    rich`${strong(label(`within budget: ${rerun.withinBudget ? 'yes' : 'no'}`))} - outcome ${rerun.outcome}. ${rerun.reasons.join('; ')}`,
    rich`${strong(label(`back to baseline: ${baseline(reruns.slice(0, index), rerun)}`))}`,
  ];
}

function baseline(earlier: Rerun[], rerun: Rerun): string {
  const good = earlier.findLast(({ outcome }) => outcome === 'resolved');
  const [before, after] = [good?.after.p95Ms ?? null, rerun.after.p95Ms];
  if (good === undefined || before === null || before <= 0 || after === null) return 'unknown, no healthy run of this load is on record';
  return `p95 is ${times(after / before)} that of the resolved re-run of ${dateTime(good.at)} (no interval)`;
}
