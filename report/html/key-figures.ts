import type { Cause } from '../../core/model/cause.js';
import type { Timing } from '../../core/model/incident.js';
import type { Confirmation } from '../../core/model/load-result.js';
import type { Rerun } from '../../core/model/rerun.js';
import type { ReportInput } from '../report-input.js';
import { explained } from '../sections/cause.js';
import { brokenBySilence, budgetLines } from '../sections/symptom.js';
import { duration, milliseconds, percent, times } from '../words.js';
import { safeHtml, noHtml, type Html } from './html-text.js';

interface Figure {
  name: string;
  value: string;
  note: string;
  tone: 'bad' | 'good' | 'plain';
}

function rateText(perSecond: number): string {
  return `${perSecond.toFixed(perSecond >= 100 ? 0 : 1)}/s`;
}

/** The few numbers that a reader looks for first. */
export function keyFigures({ incident, plan }: ReportInput): Html {
  const { confirmation, timing, causes, reruns } = incident;
  const figures = [
    ...(confirmation === null ? [] : budgetFigure(confirmation)),
    ...reruns.slice(-1).map(rerunFigure),
    ...causes.slice(0, 1).map(causeFigure),
    ...(confirmation === null ? [] : [loadFigure(confirmation, plan)]),
    ...timeFigure(timing),
  ];
  if (figures.length === 0) return noHtml;
  return safeHtml`<dl class="figures">${figures.map(({ name, value, note, tone }) => safeHtml`<div class="${tone}"><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`)}</dl>`;
}

/** The worst budget. In red beside a budget that it keeps, the figure of the answered requests would confuse the reader. */
function budgetFigure(confirmation: Confirmation): Figure[] {
  const [worst] = budgetLines(confirmation);
  if (worst === undefined) return [];
  const over = worst.excess === null ? '' : `, ${times(worst.excess)}`;
  const silence = brokenBySilence(confirmation, worst);
  return [
    {
      name: worst.name,
      value: silence === null ? worst.observed : 'no answer',
      note: silence?.replace(/, so .*/, '') ?? (worst.budget === null ? 'no budget given' : `budget ${worst.budget}${over}`),
      tone: confirmation.broken.includes(worst.id) ? 'bad' : 'good',
    },
  ];
}

function rerunFigure({ ratio, verdict, after, withinBudget }: Rerun): Figure {
  const note = ratio === null ? verdict : `${times(ratio)} of before, ${verdict}`;
  return { name: 'p95 after re-run', value: milliseconds(after.p95Ms), note, tone: withinBudget ? 'good' : 'bad' };
}

function causeFigure(cause: Cause): Figure {
  return { name: 'Confidence', value: cause.confidence.toFixed(2), note: `${cause.id}, ${explained(cause)}`, tone: 'plain' };
}

function loadFigure({ requestRate, observed }: Confirmation, plan: ReportInput['plan']): Figure {
  const measured = rateText(requestRate);
  return {
    name: 'Load',
    value: plan?.rate == null ? measured : `${measured.replace('/s', '')} of ${plan.rate} offered`,
    note: `requests/s; ${percent(observed.errorRatio)} failed`,
    tone: 'plain',
  };
}

function timeFigure({ reportReadyMs, loadWindowMs }: Timing): Figure[] {
  if (reportReadyMs === null) return [];
  const note = loadWindowMs === null ? 'since the alert was accepted' : `load window ${duration(loadWindowMs)}`;
  return [{ name: 'Time to report', value: duration(reportReadyMs), note, tone: 'plain' }];
}
