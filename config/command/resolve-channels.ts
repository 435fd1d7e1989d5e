import { UnreadableInputError } from '../../core/model/errors.js';
import type { Catalog } from '../catalog.js';
import { isRecord } from '../catalog-fields.js';
import { completeEntry, surroundingsOf } from '../settings/notifier-settings.js';
import { readSettings, type NotifierAccess } from '../resolve/resolve-access.js';

function accessOf(catalog: Catalog, notifier: { kind: string; [field: string]: unknown } | undefined, what: string): NotifierAccess {
  if (notifier === undefined)
    throw new UnreadableInputError(`${what}: expected it in the catalog, but it is not there; was the catalog changed?`);
  const { kind, severity: _, ...fields } = completeEntry(notifier, surroundingsOf(catalog));
  const settings = readSettings(catalog, fields);
  if (!isRecord(settings)) throw new UnreadableInputError(`${what} (${kind}): a secret of it is not there; set it where the worker runs`);
  return { kind, settings };
}

/** One channel of a person, with its secrets. Throws UnreadableInputError when it or a secret of it is not there. */
export function resolveChannel(catalog: Catalog, person: string, channel: number): NotifierAccess {
  return accessOf(catalog, catalog.people?.[person]?.notify[channel], `people.${person}.notify[${channel}]`);
}

/** A receiver of `incidents.notify`, with its secrets. Throws as `resolveChannel` does. */
export function resolveReceiver(catalog: Catalog, receiver: number): NotifierAccess {
  return accessOf(catalog, catalog.incidents?.notify?.[receiver], `incidents.notify[${receiver}]`);
}
