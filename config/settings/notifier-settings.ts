import { notifiers } from '../../adapters/notifiers/registry.js';
import type { Surroundings } from '../../adapters/notifiers/notifier.js';
import { isRecord } from '../catalog-fields.js';

/** What the rest of a catalog, read or as it was written, says for entries of `notify`. */
export function surroundingsOf(catalog: unknown): Surroundings {
  const top = isRecord(catalog) ? catalog : {};
  const receivers = isRecord(top['incidents']) ? top['incidents']['notify'] : undefined;
  return {
    mail: isRecord(top['mail']) ? top['mail'] : {},
    receivers: Array.isArray(receivers) ? receivers.filter(isRecord) : [],
  };
}

/** An entry of `notify` with the keys that it need not repeat. */
export function completeEntry<Entry extends Record<string, unknown>>(
  entry: Entry,
  surroundings: Surroundings,
): Entry & Record<string, unknown> {
  const notifier = notifiers.find(({ kind }) => kind === entry['kind']);
  return { ...notifier?.inherit?.(surroundings, entry), ...entry };
}
