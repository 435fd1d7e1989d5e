import { classifyNodes, type NodeClasses } from './categories/categories.js';
import { createWeightSplitter, type WeightPart } from './node-weights.js';
import type { HotLine } from './source-hints.js';
import type { StackProfile } from './stack-profile.js';

/** A profile without its idle part, classified: what ranking, categories, quality and flame graph all start from. */
export interface BusyProfile {
  profile: StackProfile;
  classes: NodeClasses;
  /** Sum of the weights without idle. */
  total: number;
  idleWeight: number | null;
  samples: number | null;
  /** Nodes that end at least one busy sample. */
  forEachLeafNode(visit: (node: number, weight: number) => void): void;
  parts(node: number): WeightPart[];
}

export function busyProfile(profile: StackProfile, hotLines: readonly HotLine[] = []): BusyProfile {
  const classes = classifyNodes(profile);
  const count = profile.parents.length;
  let classedIdle = 0;
  let isIdleKnown = profile.idleWeight !== null;
  for (let node = 1; node < count; node++) {
    const self = profile.self[node] ?? 0;
    if (self === 0 || !classes.isIdle(node)) continue;
    classedIdle += self;
    isIdleKnown = true;
  }
  const total = Math.max(0, profile.total - classedIdle);
  const busyShare = profile.total > 0 ? total / profile.total : 0;
  return {
    profile,
    classes,
    total,
    idleWeight: isIdleKnown ? (profile.idleWeight ?? 0) + classedIdle : null,
    samples: profile.samples === null ? null : Math.round(profile.samples * busyShare),
    forEachLeafNode(visit) {
      for (let node = 1; node < count; node++) {
        const self = profile.self[node] ?? 0;
        if (self > 0 && !classes.isIdle(node)) visit(node, self);
      }
    },
    parts: createWeightSplitter(profile, classes, hotLines),
  };
}
