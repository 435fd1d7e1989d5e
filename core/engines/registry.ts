import type { EngineTraits, Operator, WaitKind } from './engine.js';
import { foreignOperator } from './plan-operators.js';
import { postgres } from './postgres.js';

/** Engines whose own words are known. */
export const engines: readonly EngineTraits[] = [postgres];

const operators: readonly Operator[] = ['full-scan', 'index-scan', 'bitmap-scan', 'sort', 'limit', 'nested-loop', 'hand-on'];
const waits: readonly WaitKind[] = ['cpu', 'lock', 'io', 'client'];

/** An engine without words of its own: its adapter speaks the neutral ones, and a person knows its commands. */
function neutral(kind: string): EngineTraits {
  return {
    kind,
    title: kind,
    planFormats: /^$/,
    operatorOf: (nodeType) => operators.find((operator) => operator === nodeType) ?? 'other',
    waitOf: (waitClass) => waits.find((wait) => wait === waitClass) ?? 'other',
    remedies: {
      renewStatistics: ({ schema, relation }) => `Renew the planner's statistics of ${schema === '' ? '' : `${schema}.`}${relation}`,
      endSession: ({ pid, applicationName }) => `End session ${pid}${applicationName === null ? '' : ` (${applicationName})`}`,
      moreMemory: (memory) => `Give this statement ${memory} for sorting and hashing`,
    },
  };
}

export function engineTraits(kind: string): EngineTraits {
  return engines.find((engine) => engine.kind === kind) ?? neutral(kind);
}

/** What a node of a plan does, whatever the engine that printed it calls it. */
export function planOperator(format: string, nodeType: string): Operator {
  const engine = engines.find(({ planFormats }) => planFormats.test(format));
  return engine?.operatorOf(nodeType) ?? foreignOperator(format, nodeType) ?? neutral(format).operatorOf(nodeType);
}
