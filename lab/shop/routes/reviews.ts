import { z } from 'zod';
import type { ShopConfig } from '../config.js';
import { HttpError, type Route } from '../http.js';
import { looksLikeProse, looksLikeWords } from '../review-screening.js';

const reviewSchema = z.object({ sku: z.string(), rating: z.int().min(1).max(5), text: z.string().max(2000) });

export function reviewRoutes(config: ShopConfig): Route[] {
  const isAcceptable = config.reviews.screening === 'words' ? looksLikeWords : looksLikeProse;
  return [
    {
      method: 'POST',
      path: '/reviews/preview',
      handle: async ({ body }) => {
        const review = reviewSchema.safeParse(body);
        if (!review.success) throw new HttpError(400, 'expected {sku, rating, text}');
        return await Promise.resolve({
          sku: review.data.sku,
          publish: isAcceptable(review.data.text),
          stars: '*'.repeat(review.data.rating),
        });
      },
    },
  ];
}
