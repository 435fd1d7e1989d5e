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
  /** As `StackProfile.effectiveSamples`, without idle. */
  effectiveSamples: number | null;
  /** Nodes that end at least one busy sample. */
  forEachLeafNode(visit: (node: number, weight: number) => void): void;
  parts(node: number): WeightPart[];
}

export function busyProfile(profile: StackProfile, hotLines: readonly HotLine[] = []): BusyProfile {
  const classes = classifyNodes(profile);
  const count = profile.parents.length;
  let classedIdle = 0;
  // Added up, not subtracted: one idle sample of a broken weight may be larger than all others by more than a number has digits.
  let total = profile.self[0] ?? 0;
  let isIdleKnown = profile.idleWeight !== null;
  for (let node = 1; node < count; node++) {
    const self = profile.self[node] ?? 0;
    if (!classes.isIdle(node)) total += self;
    else if (self > 0) {
      classedIdle += self;
      isIdleKnown = true;
    }
  }
  const counted = countBusy(profile, (node) => !classes.isIdle(node));
  return {
    profile,
    classes,
    total,
    idleWeight: isIdleKnown ? (profile.idleWeight ?? 0) + classedIdle : null,
    ...counted,
    forEachLeafNode(visit) {
      for (let node = 1; node < count; node++) {
        const self = profile.self[node] ?? 0;
        if (self > 0 && !classes.isIdle(node)) visit(node, self);
      }
    },
    parts: createWeightSplitter(profile, classes, hotLines),
  };
}

/**
 * Samples of the busy nodes. Weights that differ within one node are known only for the whole profile, so the busy part takes the same loss from them.
 */
function countBusy(profile: StackProfile, isBusy: (node: number) => boolean): Pick<BusyProfile, 'samples' | 'effectiveSamples'> {
  const { samplesOf, effectiveSamples } = profile;
  if (samplesOf === null || effectiveSamples === null) return { samples: null, effectiveSamples: null };
  const all = { weight: 0, samples: 0, squares: 0 };
  const busy = { weight: 0, samples: 0, squares: 0 };
  for (let node = 0; node < profile.parents.length; node++) {
    const samples = samplesOf[node] ?? 0;
    const weight = profile.self[node] ?? 0;
    if (samples <= 0 && weight <= 0) continue;
    const squares = samples > 0 ? (weight * weight) / samples : weight * weight;
    for (const part of isBusy(node) ? [all, busy] : [all]) {
      part.weight += weight;
      part.samples += samples;
      part.squares += squares;
    }
  }
  const betweenNodes = all.squares > 0 ? (all.weight * all.weight) / all.squares : 0;
  const loss = betweenNodes > 0 ? Math.min(1, effectiveSamples / betweenNodes) : 1;
  const ofBusy = busy.squares > 0 ? ((busy.weight * busy.weight) / busy.squares) * loss : 0;
  return { samples: Math.round(busy.samples), effectiveSamples: Math.min(busy.samples, ofBusy) };
}
