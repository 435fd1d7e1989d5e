import type { PlanNode, StatementScan } from '../../core/model/database.js';
import type { AccountingLine } from '../../core/model/incident.js';
import type { Budgets, LoadResult } from '../../core/model/load-result.js';
import { escapeHtml, ms, percent } from '../format.js';

const accountColors: [string, string][] = [
  ['service-cpu', '#e8743b'],
  ['gc', '#b45fc4'],
  ['run-queue', '#c98a5b'],
  ['event-loop-queue', '#d64550'],
  ['database-execution', '#2f74c0'],
  ['database-lock', '#7a3fb0'],
  ['database-io', '#4c9ad1'],
  ['database-transfer', '#8db8de'],
  ['pool-wait', '#e0a526'],
  ['inside-wait', '#9a8f2f'],
  ['downstream', '#3b9e8f'],
  ['network', '#6d9eb0'],
  ['unattributed', '#a3a9b3'],
];

export function colorOf(resource: string): string {
  return accountColors.find(([prefix]) => resource.startsWith(prefix))?.[1] ?? '#8f97a3';
}

/** The latency account as one stacked bar; the table below it holds the same numbers. */
export function accountingBar(lines: readonly AccountingLine[]): string {
  const parts = lines
    .filter((line) => line.share > 0.002)
    .map(
      (line) =>
        `<span style="width:${(line.share * 100).toFixed(2)}%;background:${colorOf(line.resource)}" title="${escapeHtml(`${line.label}: ${ms(line.perRequestMs)}, ${percent(line.share)}`)}"></span>`,
    );
  return `<div class="bar" role="img" aria-label="Mean latency by where the time went">${parts.join('')}</div>`;
}

/** p50 and p95 over the judged window with the budget as a line. */
export function loadChart(load: LoadResult, budgets: Budgets): string {
  const windows = load.subWindows;
  if (windows.length < 2) return '';
  const [width, height, left, bottom] = [900, 200, 56, 24];
  const budget = budgets.p95Ms ?? null;
  const most = Math.max(...windows.map((window) => window.p95Ms), budget ?? 0) * 1.1;
  const end = Math.max(...windows.map((window) => window.startMs + window.durationMs));
  const x = (at: number): number => left + (at / end) * (width - left - 10);
  const y = (value: number): number => (height - bottom) * (1 - value / most) + 6;
  const line = (of: (window: (typeof windows)[number]) => number, color: string): string =>
    `<polyline fill="none" stroke="${color}" stroke-width="2" points="${windows.map((window) => `${x(window.startMs + window.durationMs / 2).toFixed(1)},${y(of(window)).toFixed(1)}`).join(' ')}"/>`;
  const limit =
    budget === null
      ? ''
      : `<line x1="${left}" x2="${width - 10}" y1="${y(budget).toFixed(1)}" y2="${y(budget).toFixed(1)}" stroke="#b3261e" stroke-dasharray="5 4"/><text x="${left + 4}" y="${(y(budget) - 4).toFixed(1)}">budget p95 ${ms(budget)}</text>`;
  const ticks = [0, most / 2, most].map(
    (value) => `<text x="${left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${ms(value)}</text>`,
  );
  return (
    `<svg class="chart" viewBox="0 0 ${width} ${height}" width="100%" role="img" aria-label="Latency over the load window"><line x1="${left}" x2="${width - 10}" y1="${y(0)}" y2="${y(0)}" stroke="#8f97a3"/>` +
    `${ticks.join('')}${limit}${line((window) => window.p95Ms, '#e8743b')}${line((window) => window.p50Ms, '#2f74c0')}<text x="${left}" y="${height - 4}">0 s</text><text x="${width - 10}" y="${height - 4}" text-anchor="end">${(end / 1000).toFixed(0)} s</text></svg>` +
    '<p class="legend"><span><i class="swatch" style="background:#e8743b"></i>p95</span><span><i class="swatch" style="background:#2f74c0"></i>p50</span></p>'
  );
}

/** The plan as a tree, each node with its own (self) time as a bar. */
export function planTree({ plan }: StatementScan): string {
  if (plan === null) return '';
  const most = Math.max(...plan.nodes.map((node) => node.selfMs), 0);
  const depthOf = (node: PlanNode): number => {
    const parent = plan.nodes.find((each) => each.id === node.parentId);
    return parent === undefined ? 0 : 1 + depthOf(parent);
  };
  const rows = plan.nodes.map((node) => {
    const name = `${node.nodeType}${node.relation === null ? '' : ` on ${node.relation}`}${node.index === null ? '' : ` using ${node.index}`}`;
    const facts = [
      `${node.rows} rows (estimated ${node.rowsEstimated})`,
      `${node.loops} loops`,
      ...(node.rowsRemovedByFilter > 0 ? [`${node.rowsRemovedByFilter} removed`] : []),
      ...(node.spilledKb > 0 ? [`${node.spilledKb} kB spilled`] : []),
    ];
    const filter = node.filter ?? node.condition;
    const bar = most > 0 ? `<span class="time" style="width:${((node.selfMs / most) * 110).toFixed(0)}px"></span>` : '<span></span>';
    return `<div class="node"><span style="padding-left:${depthOf(node) * 18}px">${escapeHtml(name)} <span class="dim">${escapeHtml(facts.join(', '))}${filter === null ? '' : ` ${escapeHtml(filter.slice(0, 200))}`}</span></span>${bar}<span>${plan.analyzed ? ms(node.selfMs) : 'estimate'}</span></div>`;
  });
  return `<div class="plan">${rows.join('')}</div>`;
}
