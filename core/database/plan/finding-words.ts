import type { PlanFinding, PlanNode } from '../../model/database.js';

export function finding(id: string, node: number, text: string): PlanFinding {
  return { id, node, text };
}

export function title(node: PlanNode): string {
  return node.relation === null ? node.nodeType : `${node.nodeType} on ${node.relation}`;
}

export function count(value: number): string {
  return value >= 10 ? Math.round(value).toLocaleString('en-US').replaceAll(',', ' ') : String(Math.round(value * 10) / 10);
}

export function ms(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ms`;
}
