import { minutes } from '../../core/command/postmortem/facts.js';
import type { Metric } from '../../core/command/postmortem/metrics.js';
import { escapeMarkdown } from '../markdown-text.js';

/** At most three decimals, and none that only pretends to be exact. */
function figure(value: number): string {
  return String(Number(value.toFixed(Math.abs(value) >= 100 ? 0 : 2)));
}

export function valueText({ value, unit, status, missing }: Metric): string {
  if (value === null)
    return status === 'pending' ? 'pending' : `not known${missing.length === 0 ? '' : ` (missing: ${missing.join(', ')})`}`;
  return unit === 's' ? minutes(value) : `${figure(value)} ${unit}`;
}

/** `formula = value, with inputs`: no figure stands alone. */
export function withInputs(metric: Metric): string {
  if (metric.value === null) return valueText(metric);
  const inputs = Object.entries(metric.inputs).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(6)) : value}`,
  );
  return `${valueText(metric)} (${metric.status}; ${metric.formula}; ${inputs.join(', ')})`;
}

export function metricRow(name: string, metric: Metric): string {
  const inputs = Object.entries(metric.inputs).map(
    ([input, value]) => `${input} = ${typeof value === 'number' ? Number(value.toPrecision(6)) : value}`,
  );
  const cells = [name, valueText(metric), metric.status, metric.formula, inputs.join('; ') || '–'];
  return `| ${cells.map(escapeMarkdown).join(' | ')} |`;
}

export function bullets(lines: readonly string[], otherwise: string): string {
  return lines.length === 0 ? otherwise : lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n');
}

/** Clock times of a span, `14:30 - 15:15 UTC`, with days where they differ. */
export function span(from: string, to: string): string {
  const isOneDay = from.slice(0, 10) === to.slice(0, 10);
  const clock = (at: string): string => (isOneDay ? at.slice(11, 16) : `${at.slice(0, 10)} ${at.slice(11, 16)}`);
  return `${clock(from)} - ${clock(to)} UTC`;
}
