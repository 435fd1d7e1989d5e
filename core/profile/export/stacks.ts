import type { LineWeight, StackProfile } from '../stack-profile.js';

/** One stack that has weight of its own. `frames` are ids of `profile.frames`, root first; empty = the root itself. */
export interface WeightedStack {
  frames: number[];
  weight: number;
  /** Null where the profile does not know. */
  samples: number | null;
  /** Where inside its leaf the weight fell, as far as the profile tells. */
  lines: readonly LineWeight[];
}

/** Every stack of a profile in the order of its tree; reading them back gives the same tree. Idle time that was kept apart is not among them. */
export function* weightedStacks(profile: StackProfile): Generator<WeightedStack> {
  const { parents, frameOf, self, samplesOf } = profile;
  for (let node = 0; node < parents.length; node++) {
    const weight = self[node] ?? 0;
    if (weight <= 0) continue;
    const frames: number[] = [];
    for (let at = node; at > 0; at = parents[at] ?? 0) frames.push(frameOf[at] ?? -1);
    const lines = profile.hotLines.get(node) ?? [];
    yield { frames: frames.reverse(), weight, samples: samplesOf === null ? null : (samplesOf[node] ?? 0), lines };
  }
}

/** The stack that holds idle time in files that have no other place for it. */
export const idleFrame = { name: '(idle)', module: '', line: null };
