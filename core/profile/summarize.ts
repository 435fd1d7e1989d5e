import type { ProfileSummary } from '../model/profile.js';
import { busyProfile } from './busy-profile.js';
import { judgeQuality, type QualityContext } from './quality.js';
import { rankCategories } from './rank/rank-categories.js';
import { rankLibraries } from './rank/rank-libraries.js';
import { leadingLeaves, rankLeaves } from './rank/rank-leaves.js';
import type { HotLine } from './source-hints.js';
import type { StackProfile } from './stack-profile.js';
import { unclearWork } from './rank/unclear-work.js';

export interface SummaryOptions extends QualityContext {
  /** Leaves listed; leaders are found among all of them. */
  top?: number;
  /** Texts of hot source lines, to tell built-ins that have no frame. */
  hotLineHints?: readonly HotLine[];
}

/**
 * The facts of a profile: leaves by self share with 95 % intervals, categories, leaders (a tie is a tie) and the quality gate. Shares are
 * 0..1 of the profile without idle. A rejected profile is summarised all the same; `quality` says why it proves nothing.
 */
export function summarizeProfile(profile: StackProfile, options: SummaryOptions = {}): ProfileSummary {
  const { top = 25, hotLineHints = [], ...context } = options;
  const busy = busyProfile(profile, hotLineHints);
  const leaves = rankLeaves(busy);
  const libraries = rankLibraries(busy);
  const unclear = unclearWork(busy, hotLineHints);
  const all = busy.total + (busy.idleWeight ?? 0);
  return {
    format: profile.format,
    kind: profile.kind,
    unit: profile.unit,
    total: busy.total,
    samples: busy.samples,
    idleShare: busy.idleWeight === null ? null : all > 0 ? busy.idleWeight / all : 0,
    durationMs: profile.durationMs,
    quality: judgeQuality(busy, context),
    leaves: leaves.slice(0, top),
    categories: rankCategories(busy),
    ...(libraries.length === 0 ? {} : { libraries }),
    ...(unclear.length === 0 ? {} : { unclear }),
    leaders: leadingLeaves(leaves, busy.samples).map((leaf) => leaf.frame),
  };
}
