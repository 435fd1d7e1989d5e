import type { UnclearWork } from '../../model/profile.js';
import type { BusyProfile } from '../busy-profile.js';
import { functionHint, type HotLine } from '../source-hints.js';

/** Functions of minified code that may burn their self time in their own loops or in built-ins that leave no frame: the profile cannot tell which. */
export function unclearWork(busy: BusyProfile, hotLines: readonly HotLine[]): UnclearWork[] {
  const keyOf = (name: string, module: string): string => `${name}\u0000${module}`;
  const unclear = new Set(
    hotLines.flatMap(({ functionName, module, ...line }) =>
      functionName !== undefined && functionHint(line) === 'unclear' ? [keyOf(functionName, module)] : [],
    ),
  );
  if (unclear.size === 0 || busy.total <= 0) return [];
  const found = new Map<string, UnclearWork>();
  busy.forEachLeafNode((node) => {
    const frame = busy.profile.frames[busy.profile.frameOf[node] ?? -1];
    if (frame === undefined || !unclear.has(keyOf(frame.name, frame.module))) return;
    const own = busy.parts(node).reduce((sum, [category, part]) => sum + (category === 'application' ? part : 0), 0);
    const key = `${keyOf(frame.name, frame.module)}\u0000${frame.line ?? 0}`;
    found.set(key, { frame, share: (found.get(key)?.share ?? 0) + own / busy.total });
  });
  return [...found.values()].filter((work) => work.share > 0).sort((a, b) => b.share - a.share);
}
