import type { PlanNode, QueryPlan } from '../../../core/model/database.js';

/** A plan for a terminal: the tree with each node's own time and share in front, and what stands out below it. */
export function planText(plan: QueryPlan): string {
  const { nodes, dominant, findings, analyzed } = plan;
  const totalMs = nodes.reduce((sum, node) => sum + node.selfMs, 0);
  const hasTimes = totalMs > 0;
  return [
    `format    ${plan.format}`,
    `execution ${duration(plan.executionMs)}${plan.planningMs === null ? '' : `, planning ${duration(plan.planningMs)}`}`,
    dominant === null
      ? 'dominant  no node'
      : `dominant  ${dominant.nodeType}${on(dominant.relation)}${hasTimes ? `, ${duration(dominant.selfMs)} of its own` : ''}`,
    '',
    ...(hasTimes ? [`${'own time'.padStart(10)}  ${'share'.padStart(6)}  node`] : []),
    ...treeLines(nodes).map(({ node, branch }) => {
      const time = hasTimes
        ? `${duration(node.selfMs).padStart(10)}  ${`${((100 * node.selfMs) / totalMs).toFixed(1)} %`.padStart(6)}  `
        : '';
      return `${time}${branch}${title(node)}${rowsOf(node, analyzed)}`;
    }),
    ...(findings.length === 0 ? [] : ['']),
    ...findings.map((finding) => `finding   ${finding.text}`),
  ].join('\n');
}

interface TreeLine {
  node: PlanNode;
  branch: string;
}

function treeLines(nodes: readonly PlanNode[]): TreeLine[] {
  const below = new Map<number | null, PlanNode[]>();
  for (const node of nodes) {
    const siblings = below.get(node.parentId);
    if (siblings === undefined) below.set(node.parentId, [node]);
    else siblings.push(node);
  }
  const lines: TreeLine[] = [];
  const visit = (node: PlanNode, lead: string, mark: string): void => {
    lines.push({ node, branch: lead + mark });
    const children = below.get(node.id) ?? [];
    const inner = mark === '' ? '' : lead + (mark === '└─ ' ? '   ' : '│  ');
    children.forEach((child, index) => visit(child, inner, index === children.length - 1 ? '└─ ' : '├─ '));
  };
  for (const root of below.get(null) ?? []) visit(root, '', '');
  return lines;
}

function on(relation: string | null): string {
  return relation === null ? '' : ` on ${relation}`;
}

function title({ nodeType, relation, index }: PlanNode): string {
  return `${nodeType}${on(relation)}${index === null ? '' : ` using ${index}`}`;
}

function rowsOf(node: PlanNode, analyzed: boolean): string {
  if (!analyzed) return node.rowsEstimated > 0 ? `  (${rows(node.rowsEstimated)} expected)` : '';
  if (node.loops === 0) return '  (never executed)';
  const loops = node.loops > 1 ? ` in ${count(node.loops)} loops` : '';
  const expected = node.rowsEstimated > 0 ? `, ${count(node.rowsEstimated * node.loops)} expected` : '';
  return `  (${rows(node.rows * node.loops)}${loops}${expected})`;
}

function rows(value: number): string {
  return `${count(value)} ${Math.round(value) === 1 ? 'row' : 'rows'}`;
}

function count(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
}

function duration(milliseconds: number | null): string {
  if (milliseconds === null) return 'unknown';
  if (milliseconds >= 120_000) return `${(milliseconds / 60_000).toFixed(1)} min`;
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return milliseconds >= 100 ? `${milliseconds.toFixed(0)} ms` : `${milliseconds.toFixed(milliseconds >= 10 ? 1 : 2)} ms`;
}
