import type { ProfileSummary } from '../model/profile.js';

/** The document of `analyze profile FILE --json`. */
export interface ProfileAnalysis {
  format: string;
  kind: ProfileSummary['kind'];
  unit: string;
  total: number;
  samples: number | null;
  quality: ProfileSummary['quality'];
  leaves: Pick<ProfileSummary['leaves'][number], 'frame' | 'module' | 'self' | 'selfShare' | 'ci' | 'category' | 'stack'>[];
  categories: { category: ProfileSummary['categories'][number]['category']; share: number }[];
  leaders: string[];
}

/** A summary in the shape of the command line's contract. */
export function analyzeProfile(summary: ProfileSummary): ProfileAnalysis {
  const { format, kind, unit, total, samples, quality, leaders } = summary;
  return {
    format,
    kind,
    unit,
    total,
    samples,
    quality,
    leaves: summary.leaves.map(({ frame, module, self, selfShare, ci, category, stack }) => ({
      frame,
      module,
      self,
      selfShare,
      ci,
      category,
      stack,
    })),
    categories: summary.categories.map(({ category, share }) => ({ category, share })),
    leaders,
  };
}
