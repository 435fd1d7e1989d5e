import type { PlanFinding, PlanNode } from '../../model/database.js';
import type { PlanFormat } from '../plan-formats/format.js';
import { milliseconds } from '../../model/figures.js';
import { finding, title } from './finding-words.js';
import type { PlanTimes } from './plan-times.js';
import type { TimedNode } from './plan-tree.js';
import type { RawPlanDocument } from './raw-plan.js';

export interface FindingInput {
  format: PlanFormat;
  document: RawPlanDocument;
  tree: TimedNode[];
  nodes: PlanNode[];
  analyzed: boolean;
  times: PlanTimes;
  /** Other plans of the same file, and why further ones could not be read. */
  others: number;
  unread: readonly string[];
}

/** What takes a tenth of the execution beside the nodes is worth a sentence. */
const relevantShare = 0.1;

/** What is beside the nodes of an executed plan: compilation, planning, triggers, sending, and what the times do not tell. `totalMs` is the root's time. */
export function statementFindings(input: FindingInput, totalMs: number): PlanFinding[] {
  const { document, times } = input;
  const found = [...jit(document, totalMs), ...planning(document, totalMs), ...besideNodes(document, totalMs), ...afterRoot(input)];
  if (input.tree[0]?.raw['Actual Total Time'] === undefined)
    found.push(finding('no-timing', 0, 'The plan was executed without measuring its nodes: it holds rows, no times of nodes.'));
  if (times.unplacedMs > 0.01 * totalMs)
    found.push(finding('unattributed', 0, `${milliseconds(times.unplacedMs)} are shared between nodes in a way the plan does not tell.`));
  return [...found, ...unmeasured(document)];
}

function unmeasured({
  'Unmeasured Nodes': nodes = [],
  'Unmeasured Time': ms = 0,
  'Execution Time': executionMs = 0,
}: RawPlanDocument): PlanFinding[] {
  if (nodes.length === 0 || ms <= relevantShare * executionMs) return [];
  const text = `${milliseconds(ms)} of ${milliseconds(executionMs)} lie in none of the nodes that were measured: this server does not measure ${nodes.slice(0, 5).join(', ')}.`;
  return [finding('unattributed', 0, text)];
}

function jit(document: RawPlanDocument, totalMs: number): PlanFinding[] {
  const timing = document.JIT?.Timing;
  const jitMs = (typeof timing === 'number' ? timing : timing?.Total) ?? 0;
  if (jitMs <= relevantShare * totalMs) return [];
  const text = `Just-in-time compilation takes ${milliseconds(jitMs)} of ${milliseconds(totalMs)}, of all processes together; it is inside the first nodes' time. Consider jit_above_cost.`;
  return [finding('jit', 0, text)];
}

/** The execution as a whole: triggers and sending are none of its nodes, and with TIMING OFF no node has a time. */
function planning(document: RawPlanDocument, totalMs: number): PlanFinding[] {
  const planningMs = document['Planning Time'] ?? 0;
  const executionMs = document['Execution Time'] ?? totalMs;
  return planningMs > executionMs && planningMs >= 1
    ? [finding('planning-dominates', 0, `Planning takes ${milliseconds(planningMs)}, executing ${milliseconds(executionMs)}.`)]
    : [];
}

function besideNodes(document: RawPlanDocument, totalMs: number): PlanFinding[] {
  const executionMs = document['Execution Time'] ?? totalMs;
  const found: PlanFinding[] = [];
  const triggers = [...(document.Triggers ?? [])].sort((a, b) => (b.Time ?? 0) - (a.Time ?? 0));
  const triggerMs = triggers.reduce((sum, trigger) => sum + (trigger.Time ?? 0), 0);
  const heaviest = triggers[0]?.['Constraint Name'] ?? triggers[0]?.['Trigger Name'];
  if (triggerMs > relevantShare * executionMs) {
    const which = heaviest === undefined ? '' : `, ${heaviest} the most`;
    found.push(
      finding(
        'triggers',
        0,
        `Triggers and foreign keys take ${milliseconds(triggerMs)} of ${milliseconds(executionMs)}${which}: no node of the plan shows that time.`,
      ),
    );
  }
  const sendingMs = document.Serialization?.Time ?? 0;
  if (sendingMs > relevantShare * executionMs) {
    const text = `Serialization of the result takes ${milliseconds(sendingMs)} of ${milliseconds(executionMs)}: its values are large, or many; no node of the plan shows that time.`;
    found.push(finding('serialization', 0, text));
  }
  return found;
}

function afterRoot({ times, nodes, tree }: FindingInput): PlanFinding[] {
  return times.afterRoot.flatMap(({ node, ms: longIdleMs }) => {
    const own = nodes[tree.indexOf(node)];
    if (own === undefined) return [];
    const text = `${title(own)} of ${node.raw['Subplan Name'] ?? 'a CTE'} is not read to its end: it runs for ${milliseconds(longIdleMs)} after the root, whose ${milliseconds(nodes[0]?.inclusiveMs ?? 0)} do not hold it.`;
    return [finding('after-root', own.id, text)];
  });
}

/** What the file holds beside this plan. */
export function fileFindings({ others, unread }: FindingInput): PlanFinding[] {
  const found: PlanFinding[] = [];
  if (others > 0) found.push(finding('several-plans', 0, `The file holds ${others + 1} plans; this is the slowest of them.`));
  const [first] = unread;
  if (first !== undefined)
    found.push(
      finding(
        'unread-plans',
        0,
        `${unread.length} further ${unread.length === 1 ? 'plan' : 'plans'} of the file could not be read, one of them because: ${first}`,
      ),
    );
  return found;
}
