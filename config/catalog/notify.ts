/** Who is told of an incident: one of the registered notifiers, with its own fields. */
import { z } from 'zod';
import { notifiers, personalNotifiers } from '../../adapters/notifiers/registry.js';
import { byKind, isRecord } from '../catalog-fields.js';
import { problemAt, type CatalogProblem, type CatalogSource } from '../catalog-problems.js';
import { completeEntry, surroundingsOf } from '../settings/notifier-settings.js';
import type { CatalogFragment } from './fragment.js';

type Path = (string | number)[];

const keyed = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);

/** Every entry of every `notify` of the file, with where it stands. */
function entriesOf(catalog: unknown): { path: Path; entry: Record<string, unknown> }[] {
  const holders: [Path, unknown][] = ['services', 'people'].flatMap((key) => {
    const named = keyed(catalog, key);
    return isRecord(named) ? Object.entries(named).map(([name, holder]): [Path, unknown] => [[key, name], holder]) : [];
  });
  const single = ['incidents', 'defaults'].map((key): [Path, unknown] => [[key], keyed(catalog, key)]);
  return [...holders, ...single].flatMap(([path, holder]) => {
    const list = keyed(holder, 'notify');
    return Array.isArray(list)
      ? list.flatMap((entry: unknown, index) => (isRecord(entry) ? [{ path: [...path, 'notify', index], entry }] : []))
      : [];
  });
}

/** What a notifier wants of its keys together, and of what stands elsewhere for it. */
function problems(source: CatalogSource): CatalogProblem[] {
  const surroundings = surroundingsOf(source.value);
  return entriesOf(source.value).flatMap(({ path, entry }) => {
    const missing = notifiers.find(({ kind }) => kind === entry['kind'])?.check?.(completeEntry(entry, surroundings)) ?? null;
    if (missing === null) return [];
    const written = Object.keys(entry).filter((key) => key !== 'kind' && key !== 'severity');
    return [problemAt(source, path, { ...missing, came: written.length === 0 ? 'nothing' : `a mapping with ${written.join(', ')}` })];
  });
}

export const notify = { service: { notify: z.array(byKind(personalNotifiers)).optional() }, problems } satisfies CatalogFragment;
