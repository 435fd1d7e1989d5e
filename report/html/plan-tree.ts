import type { PlanNode, QueryPlan, StatementScan } from '../../core/model/database.js';
import type { ArtifactRef } from '../../core/model/artifact.js';
import { shorten, toOneLine } from '../foreign-text.js';
import { count, milliseconds, percent } from '../words.js';
import { safeHtml, noHtml, type Html } from './html-text.js';

/** A planner's estimate that is wrong by this factor is reported: a factor of ten changes which plan is right. */
const wrongEstimate = 10;

/** One plan as an indented table, with each node's own time as a bar; the dominant node is marked. Its statement is above, under the same number. */
export function planTree({ plan, statement, planSource }: StatementScan, number: number, artifacts: readonly ArtifactRef[]): Html {
  if (plan === null || plan.nodes.length === 0) return noHtml;
  const depths = depthsOf(plan.nodes);
  const total = plan.nodes.reduce((sum, { selfMs }) => sum + selfMs, 0);
  const rows = plan.nodes.map((node) => nodeRow(node, { plan, depth: depths.get(node.id) ?? 0, total }));
  const how = plan.analyzed ? `executed once, ${milliseconds(plan.executionMs)}` : 'not executed, estimates only';
  const raw = artifacts.find(({ kind, name }) => kind === 'plan' && name.includes(statement.queryId));
  const rawName =
    raw === undefined
      ? noHtml
      : safeHtml`<p class="muted">The raw plan is the artifact <code data-artifact="${raw.name}">${raw.name}</code>.</p>`;
  const heads = ['Rows', 'Estimated', 'Dropped', 'Loops', 'Cost', 'Buffers hit / read'].map(
    (title) => safeHtml`<th scope="col" class="number">${title}</th>`,
  );
  return safeHtml`<details class="plan"${number === 1 ? safeHtml` open` : noHtml}><summary>Plan of statement ${number} (${planSource}, ${how})</summary>
<div class="scroll" role="group" aria-label="Query plan of statement ${number}" tabindex="0"><table><caption>Query plan, children indented below their parent</caption><thead><tr><th scope="col">Node</th><th scope="col">Self time</th>${heads}</tr></thead><tbody>
${rows}</tbody></table></div>${rawName}</details>`;
}

function depthsOf(nodes: readonly PlanNode[]): Map<number, number> {
  const depths = new Map<number, number>();
  // A parent comes before its children in the list.
  for (const { id, parentId } of nodes) depths.set(id, parentId === null ? 0 : (depths.get(parentId) ?? -1) + 1);
  return depths;
}

function nodeRow(node: PlanNode, { plan, depth, total }: { plan: QueryPlan; depth: number; total: number }): Html {
  const isDominant = plan.dominant?.id === node.id;
  const on = node.relation === null ? noHtml : safeHtml` on <code>${node.relation}</code>`;
  const using = node.index === null ? noHtml : safeHtml` using <code>${node.index}</code>`;
  const words = [
    node.condition,
    node.filter === null ? null : `Filter: ${node.filter}`,
    node.sortMethod,
    node.spilledKb > 0 ? `${count(node.spilledKb)} kB spilled to disk` : null,
  ];
  const notes = words.filter((text) => text !== null).map((text) => safeHtml`<div class="note">${shorten(toOneLine(text), 300)}</div>`);
  const findings = plan.findings
    .filter((finding) => finding.node === node.id)
    .map(({ text }) => safeHtml`<div class="finding">${text}</div>`);
  const estimate = node.rowsEstimated > 0 && plan.analyzed ? Math.max(node.rows, 1) / Math.max(node.rowsEstimated, 1) : 1;
  const isWrong = estimate >= wrongEstimate || estimate <= 1 / wrongEstimate;
  const dropped = node.rowsRemovedByFilter > 0 ? count(node.rowsRemovedByFilter * node.loops) : '';
  return safeHtml`<tr${isDominant ? safeHtml` class="dominant"` : noHtml}><td class="node" style="--depth:${depth}"><b>${node.nodeType}</b>${on}${using}${isDominant ? safeHtml` <span class="tag">dominant</span>` : noHtml}${notes}${findings}</td><td class="self">${selfBar(node, plan, total)}</td><td class="number">${plan.analyzed ? count(node.rows * node.loops) : ''}</td><td class="number${isWrong ? ' wrong' : ''}">${count(node.rowsEstimated * node.loops)}</td><td class="number">${dropped}</td><td class="number">${count(node.loops)}</td><td class="number">${node.totalCost === undefined ? '' : count(node.totalCost)}</td><td class="number">${count(node.sharedHitBlocks)} / ${count(node.sharedReadBlocks)}</td></tr>
`;
}

function selfBar({ selfMs }: PlanNode, plan: QueryPlan, total: number): Html {
  if (!plan.analyzed || total <= 0) return safeHtml`<span class="muted">unknown</span>`;
  const share = selfMs / total;
  return safeHtml`<span class="track"><span style="width:${(share * 100).toFixed(1)}%"></span></span>${milliseconds(selfMs)} <span class="muted">${percent(share)}</span>`;
}
