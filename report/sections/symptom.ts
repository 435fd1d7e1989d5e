import { slowCount } from '../../core/load/judge/budget-check.js';
import type { Confirmation, LoadPlan } from '../../core/model/load-result.js';
import type { ReportInput } from '../report-input.js';
import { code, join, rich, strong, type Inline, type Rich } from '../rich-text.js';
import { count, duration, limitMs, milliseconds, percent, plural, requestRate, times } from '../words.js';

interface BudgetLine {
  id: string;
  name: string;
  observed: string;
  budget: string | null;
  /** How many times over (latency, errors) or short of (rate) the budget; null when unknown or within. */
  excess: number | null;
}

/** Every budget with what was observed, broken ones first; only the p95 when the run was judged by thresholds alone. */
export function budgetLines({ observed, budget, broken }: Confirmation): BudgetLine[] {
  const latency = (id: 'p50' | 'p95' | 'p99'): BudgetLine[] => {
    const [value, limit] = [observed[`${id}Ms`], budget[`${id}Ms`]];
    if (limit === undefined) return [];
    const excess = value !== null && limit > 0 && value > limit ? value / limit : null;
    return [{ id, name: id, observed: milliseconds(value), budget: limitMs(limit), excess }];
  };
  const lines = [...latency('p50'), ...latency('p95'), ...latency('p99')];
  if (budget.errorRatio !== undefined) {
    const excess = budget.errorRatio > 0 && observed.errorRatio > budget.errorRatio ? observed.errorRatio / budget.errorRatio : null;
    lines.push({
      id: 'error-ratio',
      name: 'error rate',
      observed: percent(observed.errorRatio),
      budget: percent(budget.errorRatio),
      excess,
    });
  }
  if (budget.minRequestRate !== undefined) {
    const text = `at least ${requestRate(budget.minRequestRate)}`;
    lines.push({ id: 'request-rate', name: 'throughput', observed: requestRate(observed.requestRate), budget: text, excess: null });
  }
  if (lines.length === 0) lines.push({ id: 'p95', name: 'p95', observed: milliseconds(observed.p95Ms), budget: null, excess: null });
  // Failures come before slowness: a latency beside a broken error budget may be that of the failures.
  const rank = (line: BudgetLine): number => (broken.includes(line.id) ? (line.id === 'error-ratio' ? 0 : 1) : 2);
  return lines.sort((a, b) => rank(a) - rank(b));
}

function budgetText(confirmation: Confirmation): Rich {
  const parts = budgetLines(confirmation).map((line): Rich => {
    const observed: Inline = confirmation.broken.includes(line.id) ? strong(line.observed) : line.observed;
    const whose = brokenBySilence(confirmation, line) === null ? '' : ' of those that were answered';
    return rich`${line.name} ${observed}${whose} (${line.budget === null ? 'no budget given' : `budget ${line.budget}`})`;
  });
  return join(parts, ' / ');
}

/** `p95 812 ms, 3.2× its budget of 250 ms`: the worst broken budget in a few words. */
export function worstSymptom(confirmation: Confirmation): string {
  const lines = budgetLines(confirmation);
  const worst = lines[0];
  if (worst === undefined) return 'nothing was measured';
  if (worst.budget === null) return `${worst.name} ${worst.observed}, judged by the thresholds of the script`;
  const excess = worst.excess === null ? 'budget' : `${times(worst.excess)} its budget of`;
  const others = lines.slice(1).filter((line) => confirmation.broken.includes(line.id));
  const more = others.length === 0 ? '' : `; also ${others.map((line) => `${line.name} ${line.observed}`).join(', ')}`;
  const silence = brokenBySilence(confirmation, worst);
  if (silence !== null) return `${silence}${more}`;
  return `${worst.name} ${worst.observed}, ${excess} ${worst.budget}${more}`;
}

/**
 * If the answered requests keep a budget, it is broken by those without an answer, and the judge's own reason says so. Null when the figure itself exceeds
 * the budget.
 */
export function brokenBySilence({ broken, reasons }: Confirmation, { id, name, excess }: BudgetLine): string | null {
  if (excess !== null || !broken.includes(id)) return null;
  return reasons.find((reason) => reason.includes(` so ${name} is above `)) ?? null;
}

/** If the load could not be offered, that comes first, because every later figure is of a smaller load: `21 of 60 requests/s offered: `. */
function shortfall({ plan, load, incident: { confirmation } }: ReportInput): string {
  if (plan?.rate == null || load === null || confirmation === null || load.droppedIterations === 0) return '';
  const share = load.droppedIterations / (load.droppedIterations + load.requests);
  return `only ${requestRate(confirmation.requestRate).replace(' requests/s', '')} of ${plan.rate} requests/s could be sent (${percent(share)} of the iterations were dropped): `;
}

/** `60 of 672 requests got no answer in time, so …; `: what broke a budget that the answered requests keep. */
function silence(confirmation: Confirmation): Rich {
  const told = budgetLines(confirmation).flatMap((line) => brokenBySilence(confirmation, line) ?? []);
  return told.length === 0 ? [] : [`${told.join('; ')}: `];
}

/** The text after **Symptom confirmed:**, honest about a run that did not confirm. */
export function symptomLine(input: ReportInput): Rich {
  const { confirmation, symptom, outcome, reasons } = input.incident;
  const reported = symptom === null ? [] : rich` - reported: ${code(symptom.text)}`;
  if (confirmation === null) {
    if (outcome === 'refused') return rich`no, refused before any load was sent: ${reasons.at(-1) ?? 'no reason was recorded'}${reported}`;
    return rich`no, ${outcome === null ? 'not measured yet' : 'unproven: no load run was finished'}${reported}`;
  }
  const measured = rich`${shortfall(input)}${silence(confirmation)}${budgetText(confirmation)}`;
  switch (confirmation.verdict) {
    case 'confirmed':
      return [...measured, ...reported];
    case 'not-reproduced':
      return rich`no, not reproduced: ${measured}${reported}`;
    case 'unproven':
      return rich`no, unproven (the run cannot tell): ${measured}${reported}`;
  }
}

/** `20 VUs x 30 s` or `60 requests/s x 30 s`, with what came before the judged part. */
export function describePlan(plan: LoadPlan): string {
  const users =
    plan.stages !== undefined
      ? plural(plan.stages.length, 'stage')
      : plan.rate === null
        ? `${count(plan.vus)} VUs`
        : `${plan.rate} requests/s offered (open model)`;
  const before = plan.rampUpMs + plan.warmUpMs;
  return `${users} x ${duration(plan.durationMs)}${before > 0 ? ` after ${duration(before)} of warm-up` : ''}`;
}

/** The text after **k6 run:**. */
export function loadLine({ plan, load, secondLook, incident: { confirmation } }: ReportInput): Rich {
  if (load === null && confirmation === null) return ['none'];
  const offered = plan === null ? [] : [describePlan(plan)];
  const script = plan?.script === null || plan === null ? [] : ['script of its own'];
  const done =
    confirmation === null ? [] : [`${plural(confirmation.requests, 'request')} done at ${requestRate(confirmation.requestRate)}`];
  const failed =
    confirmation === null || confirmation.observed.errorRatio === 0 ? [] : [`${percent(confirmation.observed.errorRatio)} failed`];
  const slow = load === null ? 0 : slowCount(load);
  const silent = slow === 0 ? [] : [`${count(slow)} without an answer in time`];
  const dropped = load === null || load.droppedIterations === 0 ? [] : [`${plural(load.droppedIterations, 'iteration')} dropped`];
  const facts = [...offered, ...script, ...done, ...failed, ...silent, ...dropped].join(', ');
  return rich`${facts} - ${thresholdText(load)}${secondLookText(secondLook)}`;
}

/** What the captures and the account are about, if that is not the load that confirmed the symptom. */
function secondLookText(secondLook: ReportInput['secondLook']): string {
  if (secondLook === null) return '';
  const { plan, load } = secondLook;
  return `. Then a second look, which all captures and the account are of: ${describePlan(plan)}, ${plural(load.requests, 'request')} done at ${requestRate(load.requestRate)}, ${percent(load.failedRatio)} failed`;
}

/** k6 reports its times in milliseconds. */
function isDuration(metric: string): boolean {
  return /^(http_req_(duration|waiting|blocked|connecting|tls_handshaking|sending|receiving)|iteration_duration)\b/.test(metric);
}

function thresholdText(load: ReportInput['load']): Rich {
  const thresholds = load?.thresholds ?? [];
  if (thresholds.length === 0) return ['no thresholds in its summary'];
  const failed = thresholds.filter(({ ok }) => !ok);
  if (failed.length === 0) return [`${thresholds.length === 1 ? 'its threshold' : `all ${thresholds.length} thresholds`} PASS`];
  const parts = failed.map(({ metric, expression, observed }): Rich => {
    const value = observed === null ? 'no sample' : isDuration(metric) ? milliseconds(observed) : String(Number(observed.toPrecision(3)));
    return rich`${code(`${metric}: ${expression}`)} (observed ${value})`;
  });
  return rich`threshold FAIL on ${join(parts, ', ')}`;
}
