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
  const figures: Figure[] = [];
  const worst = confirmation === null ? undefined : budgetLines(confirmation)[0];
  if (confirmation !== null && worst !== undefined) {
    const isBroken = confirmation.broken.includes(worst.id);
    const over = worst.excess === null ? '' : `, ${times(worst.excess)}`;
    const silence = brokenBySilence(confirmation, worst);
    // In red beside a budget that it keeps, the figure of the answered requests would confuse the reader.
    figures.push({
      name: worst.name,
      value: silence === null ? worst.observed : 'no answer',
      note: silence?.replace(/, so .*/, '') ?? (worst.budget === null ? 'no budget given' : `budget ${worst.budget}${over}`),
      tone: isBroken ? 'bad' : 'good',
    });
  }
  const last = reruns.at(-1);
  if (last !== undefined) {
    const note = last.ratio === null ? last.verdict : `${times(last.ratio)} of before, ${last.verdict}`;
    figures.push({ name: 'p95 after re-run', value: milliseconds(last.after.p95Ms), note, tone: last.withinBudget ? 'good' : 'bad' });
  }
  const cause = causes[0];
  if (cause !== undefined)
    figures.push({
      name: 'Confidence',
      value: cause.confidence.toFixed(2),
      note: `${cause.id}, ${explained(cause)}`,
      tone: 'plain',
    });
  if (confirmation !== null)
    figures.push({
      name: 'Load',
      value:
        plan?.rate == null
          ? rateText(confirmation.requestRate)
          : `${rateText(confirmation.requestRate).replace('/s', '')} of ${plan.rate} offered`,
      note: `requests/s; ${percent(confirmation.observed.errorRatio)} failed`,
      tone: 'plain',
    });
  if (timing.reportReadyMs !== null)
    figures.push({
      name: 'Time to report',
      value: duration(timing.reportReadyMs),
      note: timing.loadWindowMs === null ? 'since the alert was accepted' : `load window ${duration(timing.loadWindowMs)}`,
      tone: 'plain',
    });
  if (figures.length === 0) return noHtml;
  return safeHtml`<dl class="figures">${figures.map(({ name, value, note, tone }) => safeHtml`<div class="${tone}"><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`)}</dl>`;
}
