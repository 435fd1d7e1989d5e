import type { PlanFinding, PlanNode } from '../../model/database.js';

export function finding(id: string, node: number, text: string): PlanFinding {
  return { id, node, text };
}

export function title(node: PlanNode): string {
  return node.relation === null ? node.nodeType : `${node.nodeType} on ${node.relation}`;
}
