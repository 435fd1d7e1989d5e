import type { CatalogRepository } from './catalog-schema.js';

/** A repository whose commits can be built and run; one with an address alone only gives links. */
export type SearchableRepository = CatalogRepository & { path: string; start: string; health: string };

export function isSearchable(repository: CatalogRepository | undefined): repository is SearchableRepository {
  return repository?.path !== undefined && repository.start !== undefined && repository.health !== undefined;
}
