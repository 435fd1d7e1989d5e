import type { CategoryShare, ProfileCategory } from '../../model/profile.js';
import type { BusyProfile } from '../busy-profile.js';
import { frameAt } from '../categories/categories.js';

const maxCallers = 10;

/** Shares of the categories (they add up to 1) with the innermost application frames under which each burns. */
export function rankCategories(busy: BusyProfile): CategoryShare[] {
  const weights = new Map<ProfileCategory, { weight: number; callers: Map<number, number> }>();
  busy.forEachLeafNode((node) => {
    const caller = busy.classes.applicationFrameOf(node);
    for (const [category, part] of busy.parts(node)) {
      const sum = weights.get(category) ?? { weight: 0, callers: new Map<number, number>() };
      weights.set(category, sum);
      sum.weight += part;
      if (caller !== null) sum.callers.set(caller, (sum.callers.get(caller) ?? 0) + part);
    }
  });
  const shareOf = (weight: number): number => (busy.total > 0 ? Math.min(1, weight / busy.total) : 0);
  return [...weights]
    .map(([category, sum]) => ({ category, share: shareOf(sum.weight), callers: topCallers(busy, sum.callers, shareOf) }))
    .sort((a, b) => b.share - a.share || a.category.localeCompare(b.category));
}

function topCallers(busy: BusyProfile, callers: Map<number, number>, shareOf: (weight: number) => number): CategoryShare['callers'] {
  return [...callers]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, maxCallers)
    .flatMap(([id, weight]) => {
      const frame = frameAt(busy.profile, id);
      return frame === null ? [] : [{ frame, share: shareOf(weight) }];
    });
}
