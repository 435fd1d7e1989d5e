export interface Promotion {
  id: number;
  category: string;
  percent: number;
  firstDay: number;
  lastDay: number;
}

const categories = ['seating', 'lighting', 'tables', 'storage', 'textiles', 'kitchen'];

/** Everything marketing ever planned for this year. */
export const promotions: Promotion[] = Array.from({ length: 2600 }, (_, index) => ({
  id: index,
  category: categories[index % categories.length] ?? 'seating',
  percent: 1 + ((index * 7) % 9),
  firstDay: (index * 37) % 360,
  lastDay: ((index * 37) % 360) + 5,
}));

const byCategory = new Map<string, Promotion[]>();
for (const promotion of promotions) byCategory.set(promotion.category, [...(byCategory.get(promotion.category) ?? []), promotion]);

/** Best discount for a category on a day, from a prepared index. */
export function bestDiscount(category: string, day: number): number {
  let best = 0;
  for (const promotion of byCategory.get(category) ?? []) {
    if (promotion.firstDay <= day && day <= promotion.lastDay && promotion.percent > best) best = promotion.percent;
  }
  return best;
}

/** Best discount when promotions may be combined: any two that overlap on that day add up. */
export function combinePromotions(all: Promotion[], category: string, day: number): number {
  let best = 0;
  for (let first = 0; first < all.length; first++) {
    for (let second = 0; second < all.length; second++) {
      const one = all[first];
      const other = all[second];
      if (one === undefined || other === undefined) continue;
      const overlaps = one.firstDay <= other.lastDay && other.firstDay <= one.lastDay;
      const applies = one.category === category && other.category === category && one.firstDay <= day && day <= other.lastDay;
      if (overlaps && applies && one.percent + other.percent > best) best = one.percent + other.percent;
    }
  }
  return Math.min(best, 30);
}
