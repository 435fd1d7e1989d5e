import type { Catalog } from '../catalog.js';

/** Person keys by everything that a calendar may call them, in lower case: key, name, mail address. */
export function knownPeople(catalog: Catalog): Map<string, string> {
  return new Map(
    Object.entries(catalog.people ?? {}).flatMap(([key, { name, notify }]) => {
      const addresses = notify.flatMap((channel) => (typeof channel['to'] === 'string' ? [channel['to']] : []));
      return [key, ...(name === undefined ? [] : [name]), ...addresses].map((alias): [string, string] => [alias.toLowerCase(), key]);
    }),
  );
}
