import { isCte } from './cte-times.js';
import { descendants, isGather, isInitPlan, type TimedNode } from './plan-tree.js';

/** An InitPlan runs when its result is first needed, or in the leader before it starts its workers: whoever waits for it is charged, once. */
export function chargeInitPlans(nodes: readonly TimedNode[]): void {
  for (const node of nodes) if (isInitPlan(node) && !isCte(node)) chargeInitPlan(node);
}

function chargeInitPlan(plan: TimedNode): void {
  const { parent } = plan;
  if (parent === null || plan.wallMs === 0) return;
  const own = new Set([plan, ...descendants(plan)]);
  const scope = [parent, ...descendants(parent)].filter((node) => !own.has(node));
  const users = scope.filter((node) => refersTo(node, plan));
  const payers = (users.length === 0 ? [parent] : users).map((user) => outermostGather(user, parent) ?? user);
  const payer = mostTime(payers) ?? parent;
  // Without VERBOSE the lists of columns are not told, nor who uses it there: it is some node that spent as long.
  const hidden = payer.selfMs < plan.wallMs ? mostTime(scope.filter((node) => !isInitPlan(node) && node.selfMs >= plan.wallMs)) : null;
  const isTold = users.length > 0 || parent.raw['Output'] !== undefined;
  (isTold ? payer : (hidden ?? payer)).selfMs -= plan.wallMs;
}

function mostTime(nodes: readonly TimedNode[]): TimedNode | null {
  return [...nodes].sort((a, b) => b.selfMs - a.selfMs || a.id - b.id)[0] ?? null;
}

function outermostGather(from: TimedNode, upTo: TimedNode): TimedNode | null {
  let found: TimedNode | null = null;
  for (let node: TimedNode | null = from; node !== null; node = node === upTo ? null : node.parent) if (isGather(node)) found = node;
  return found;
}

/** `$0` up to version 16, `(InitPlan 1).col1` from 17 on, `(InitPlan expr_1).col1` from 19 on. */
function refersTo(node: TimedNode, plan: TimedNode): boolean {
  const name = plan.raw['Subplan Name'] ?? '';
  const outputs = /returns ((?:\$\d+,?\s*)+)/.exec(name)?.[1]?.match(/\$\d+/g) ?? [];
  const modern = /^InitPlan \w+/.exec(name)?.[0];
  const wanted =
    outputs.length > 0 ? outputs.map((output) => `\\${output}(?!\\d)`) : modern === undefined ? [] : [`\\b${modern}\\)?\\.col`];
  if (wanted.length === 0) return false;
  const pattern = new RegExp(wanted.join('|'));
  return Object.entries(node.raw).some(([key, value]) => key !== 'Plans' && key !== 'Subplan Name' && pattern.test(textOf(value)));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string').join('\n') : '';
}
