import { z } from 'zod';
import type { ShopConfig } from '../config.js';
import { HttpError, type Route } from '../http.js';
import { bestDiscount, combinePromotions, promotions } from '../promotions.js';

const quoteSchema = z.object({ category: z.string(), lines: z.array(z.object({ priceCents: z.int(), quantity: z.int() })).min(1) });

export function quoteRoutes(config: ShopConfig): Route[] {
  const discountFor =
    config.pricing.promotions === 'indexed'
      ? bestDiscount
      : (category: string, day: number) => combinePromotions(promotions, category, day);
  return [
    {
      method: 'POST',
      path: '/checkout/quote',
      handle: async ({ body }) => {
        const basket = quoteSchema.safeParse(body);
        if (!basket.success) throw new HttpError(400, 'expected {category, lines: [{priceCents, quantity}]}');
        const discount = discountFor(basket.data.category, 120);
        const totalCents = basket.data.lines.reduce((sum, line) => sum + line.priceCents * line.quantity, 0);
        return await Promise.resolve({ totalCents, discount, dueCents: Math.round(totalCents * (1 - discount / 100)) });
      },
    },
  ];
}
