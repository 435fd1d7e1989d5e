import { exceptionKey } from '../../core/load/judge/guards.js';
import { unansweredKey } from '../../core/load/own-metrics.js';
import type { ReportInput } from '../report-input.js';
import { code, join, rich, type Rich } from '../rich-text.js';
import { count, percent } from '../words.js';

const mostAnswers = 3;
const mostPeers = 2;

/**
 * What fails, before how slow it is: `HTTP 500 on 211 of 211 requests (100 %); an answer says …`. Null when errors keep their budget: then a failure is
 * only mentioned in the line of the load.
 */
export function failuresLine({ load, trace, incident: { confirmation } }: ReportInput): Rich | null {
  if (load === null || confirmation?.broken.includes('error-ratio') !== true) return null;
  const answers = Object.entries(load.errors)
    .filter(([key]) => key !== unansweredKey && !key.startsWith(exceptionKey))
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostAnswers)
    .map(([answer, times]): Rich => [`${answer} on ${count(times)} of ${count(load.requests)} requests`]);
  const what = answers.length === 0 ? [`${percent(load.failedRatio)} of ${count(load.requests)} requests`] : join(answers, ', ');
  const sample = load.failedAnswer;
  const said = sample === undefined || sample.body === '' ? [] : rich`; an answer (${sample.answer}) says ${code(sample.body)}`;
  const peers = [...(trace?.outbound ?? [])].filter(({ failed }) => failed > 0).sort((a, b) => b.failed - a.failed);
  const below = peers
    .slice(0, mostPeers)
    .flatMap(({ failed, requests, method, route, peer }): Rich => [
      `; ${count(failed)} of ${count(requests)} calls ${method} ${route} to ${peer} failed, too`,
    ]);
  return [...what, ...said, ...below];
}
