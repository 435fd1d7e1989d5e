interface CatalogItem {
  sku: string;
  title: string;
  tags: string[];
  dimensions: { width: number; height: number; depth: number };
  price: { cents: number; currency: string };
}

const catalog: CatalogItem[] = Array.from({ length: 9000 }, (_, index) => ({
  sku: `SKU-${index}`,
  title: `Item number ${index} of the spring collection`,
  tags: ['spring', index % 2 === 0 ? 'indoor' : 'outdoor', `shelf-${index % 40}`],
  dimensions: { width: 10 + (index % 90), height: 20 + (index % 70), depth: 5 + (index % 30) },
  price: { cents: 500 + ((index * 37) % 20000), currency: 'EUR' },
}));

const pageSize = 20;

export function catalogPage(page: number): CatalogItem[] {
  return catalog.slice(page * pageSize, (page + 1) * pageSize);
}

/** A page of a private copy, so that nobody can change the catalog by accident. */
export function snapshotPage(page: number): CatalogItem[] {
  return copyOf(catalog).slice(page * pageSize, (page + 1) * pageSize);
}

function copyOf(items: CatalogItem[]): CatalogItem[] {
  return JSON.parse(JSON.stringify(items)) as CatalogItem[];
}
