import type { ShopConfig } from '../config.js';
import type { Route } from '../http.js';
import { catalogPage, snapshotPage } from '../catalog-snapshot.js';
import { renderPage } from '../page-html.js';
import { personalFeed, timelineFeed } from '../feed.js';

export function catalogRoutes(config: ShopConfig): Route[] {
  const page = config.exports.catalog === 'page' ? catalogPage : snapshotPage;
  const feed = config.feed.history === 'page' ? personalFeed : timelineFeed;
  return [
    {
      method: 'GET',
      path: '/catalog',
      handle: async ({ query }) => await Promise.resolve({ items: page(Number(query.get('page') ?? 0)) }),
    },
    {
      method: 'GET',
      path: '/pages/:sku',
      handle: async ({ parameter }) => await Promise.resolve({ contentType: 'text/html', text: renderPage(parameter) }),
    },
    { method: 'GET', path: '/feed/:visitor', handle: async ({ parameter }) => await Promise.resolve({ entries: feed(parameter) }) },
  ];
}
