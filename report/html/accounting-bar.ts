import type { AccountingLine } from '../../core/model/diagnosis.js';
import { resourceOf, resources } from '../../core/diagnosis/resources.js';
import { accountRows, accountSentence } from '../sections/accounting.js';
import { milliseconds, percent } from '../words.js';
import { safeHtml, noHtml, type Html } from './html-text.js';

/** For a line that another version wrote. */
const otherColour = '#c8ced6';
/** A narrower segment has no room for words; its row in the table has them. */
const labelledShare = 0.16;

export function resourceColour(resource: string): string {
  const id = resourceOf(resource);
  return id === null ? otherColour : resources[id].colour;
}

/** The account as one stacked bar. The table below has the same numbers, so the drawing is a single image to a screen reader. */
export function accountingBar(accounting: readonly AccountingLine[]): Html {
  const rows = accountRows(accounting).filter(({ perRequestMs }) => perRequestMs > 0);
  if (rows.length === 0) return noHtml;
  const segments = rows.map((line) => {
    const words = `${line.label} ${milliseconds(line.perRequestMs)} (${percent(line.share)})`;
    const label = line.share >= labelledShare ? safeHtml`<span>${line.label}</span><b>${milliseconds(line.perRequestMs)}</b>` : noHtml;
    const rest = line.resource === 'unattributed' ? ' rest' : '';
    return safeHtml`<div class="segment${rest}" style="flex-grow:${line.share.toFixed(5)};background-color:${resourceColour(line.resource)}" title="${words}">${label}</div>`;
  });
  return safeHtml`<div class="account" role="img" aria-label="Mean latency: ${accountSentence(accounting)}">${segments}</div>`;
}

/** The colour of each row of the table of the account. */
export function accountSwatch(accounting: readonly AccountingLine[]): (row: number) => Html {
  const rows = accountRows(accounting);
  return (index) => {
    const line = rows[index];
    if (line === undefined) return noHtml;
    const rest = line.resource === 'unattributed' ? ' rest' : '';
    return safeHtml`<i class="swatch${rest}" style="background-color:${resourceColour(line.resource)}"></i>`;
  };
}
