interface FeedEntry {
  visitor: string;
  sku: string;
  seenAt: number;
  related: { sku: string; weight: number }[];
}

const pageSize = 20;

export function personalFeed(visitor: string): FeedEntry[] {
  return Array.from({ length: pageSize }, (_, index) => entryOf(visitor, index));
}

/** Timelines of the latest visitors, so that the next page is ready at once. */
const timelines = new Map<string, FeedEntry[]>();
const timelinesKept = 60;
let visits = 0;

/** The newest page of the visitor's whole timeline. */
export function timelineFeed(visitor: string): FeedEntry[] {
  visits += 1;
  const timeline = Array.from({ length: 9000 }, (_, index) => entryOf(visitor, index));
  timelines.set(`${visitor}:${visits}`, timeline);
  for (const key of timelines.keys()) {
    if (timelines.size <= timelinesKept) break;
    timelines.delete(key);
  }
  return timeline.slice(0, pageSize);
}

function entryOf(visitor: string, index: number): FeedEntry {
  return {
    visitor,
    sku: `SKU-${index % 10000}`,
    seenAt: index * 1000,
    related: [
      { sku: `SKU-${index + 1}`, weight: 1 },
      { sku: `SKU-${index + 2}`, weight: 2 },
    ],
  };
}
