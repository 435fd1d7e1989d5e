import type { ProfileCategory } from '../../model/profile.js';

/**
 * One declaration: frames whose module and name both match (an absent pattern matches everything) are of this category. Rules are read
 * in order, the first match wins.
 */
export interface CategoryRule {
  category: ProfileCategory;
  module?: RegExp;
  name?: RegExp;
}

export const byModule = (category: ProfileCategory, module: RegExp): CategoryRule => ({ category, module });
export const byName = (category: ProfileCategory, name: RegExp): CategoryRule => ({ category, name });
