import { descendants, type TimedNode } from './plan-tree.js';

export function isCte(node: TimedNode): boolean {
  return node.raw['Subplan Name']?.startsWith('CTE ') === true;
}

/**
 * The rows of a CTE are produced while its scans ask for them: its time is inside theirs, once in total. A statement that modifies runs to its end even when
 * nobody reads it, or not all of it: the rest comes after the root and is in no other node. Gives these rests.
 */
export function chargeCtes(nodes: readonly TimedNode[]): { node: TimedNode; ms: number }[] {
  const afterRoot: { node: TimedNode; ms: number }[] = [];
  for (const node of nodes) {
    if (!isCte(node)) continue;
    const left = chargeScans(node);
    if (left <= 0) continue;
    if (node.raw['Node Type'] === 'ModifyTable') afterRoot.push({ node, ms: left });
    else if (node.parent !== null) node.parent.selfMs -= left;
  }
  return afterRoot;
}

/** What is left when the scans of the CTE have paid what they can, the one with the most time of its own first. */
function chargeScans(cte: TimedNode): number {
  const name = cte.raw['Subplan Name']?.slice('CTE '.length);
  const scope = cte.parent === null ? [] : [cte.parent, ...descendants(cte.parent)];
  const scans = scope.filter((node) => node.raw['Node Type'] === 'CTE Scan' && node.raw['CTE Name'] === name && definitionOf(node) === cte);
  let left = cte.wallMs;
  for (const scan of scans.sort((a, b) => b.selfMs - a.selfMs || a.id - b.id)) {
    const taken = Math.min(left, Math.max(0, scan.selfMs));
    scan.selfMs -= taken;
    left -= taken;
  }
  return left;
}

/** The nearest one of that name above: a subquery may define it anew. */
function definitionOf(scan: TimedNode): TimedNode | null {
  const name = `CTE ${scan.raw['CTE Name'] ?? ''}`;
  for (let node: TimedNode | null = scan; node !== null; node = node.parent) {
    const found = node.children.find((child) => child.raw['Subplan Name'] === name);
    if (found !== undefined) return found;
  }
  return null;
}
