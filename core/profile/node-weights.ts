import type { ProfileCategory } from '../model/profile.js';
import type { NodeClasses } from './categories/categories.js';
import { functionHint, sourceHint, type HotLine } from './source-hints.js';
import type { StackProfile } from './stack-profile.js';

/** One part of a node's self weight that belongs to one category. */
export type WeightPart = [ProfileCategory, number];

function hotLineKey(module: string, line: number, functionName = ''): string {
  return `${module}\u0000${line}\u0000${functionName}`;
}

/**
 * Splits the self weight of a node by category. Where a specific rule decided, or the format has no lines, that is one part; otherwise
 * lines that call a built-in without a frame (JSON, regular expressions, hashes…) take their part of an application or dependency frame.
 */
export function createWeightSplitter(
  profile: StackProfile,
  classes: NodeClasses,
  hotLines: readonly HotLine[],
): (node: number) => WeightPart[] {
  const hintOf = new Map<string, ProfileCategory>();
  for (const hot of hotLines) {
    const hint = hot.functionName === undefined ? sourceHint(hot) : functionHint(hot);
    if (hint !== null && hint !== 'unclear') hintOf.set(hotLineKey(hot.module, hot.line, hot.functionName), hint);
  }
  return (node) => {
    const self = profile.self[node] ?? 0;
    const base = classes.categoryOf(node);
    const lines = profile.hotLines.get(node);
    const { module = '', name = '' } = profile.frames[profile.frameOf[node] ?? -1] ?? {};
    if (lines === undefined || hintOf.size === 0 || classes.isSpecific(node) || (base !== 'application' && base !== 'framework'))
      return [[base, self]];
    const parts = new Map<ProfileCategory, number>();
    let rest = self;
    for (const { line, weight } of lines) {
      const hint = hintOf.get(hotLineKey(module, line)) ?? hintOf.get(hotLineKey(module, line, name));
      if (hint === undefined) continue;
      parts.set(hint, (parts.get(hint) ?? 0) + weight);
      rest -= weight;
    }
    return rest > 1e-9 * self ? [[base, rest], ...parts] : [...parts];
  };
}
