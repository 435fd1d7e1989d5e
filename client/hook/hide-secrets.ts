/** Senders put credentials into labels, too. They are masked before a text is kept anywhere. */
import type { AlertSummary } from '../../activities/contract.js';
import type { storePostedChange } from '../../adapters/changes/posted-changes.js';
import { createTextMask } from '../../adapters/redaction/mask-stream.js';
import { namedSecrets } from '../../config/catalog-secrets.js';
import type { Catalog } from '../../config/catalog.js';
import { hookSecrets } from './access/credentials.js';

export type Hide = (text: string) => string;

/**
 * Masks every secret of the catalog in every form, and everything that looks like a credential. Create it afresh each time, because secret files are
 * rotated.
 */
export function createHide(catalog: Catalog, madeToken: string | null): () => Hide {
  let last: { known: string; hide: Hide } | null = null;
  return () => {
    const secrets = [...new Set([...namedSecrets(catalog), ...hookSecrets(catalog, madeToken)])];
    const known = JSON.stringify(secrets);
    if (last?.known !== known) last = { known, hide: createTextMask(secrets) };
    return last.hide;
  };
}

export function hideInAlert(hide: Hide, alert: AlertSummary): AlertSummary {
  const { id, title, labels, links, symptom, severity } = alert;
  return {
    ...alert,
    id: hide(id),
    title: hide(title),
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [hide(name), hide(value)])),
    links: links.map(hide),
    severity: severity === null ? null : hide(severity),
    symptom: symptom === null ? null : { ...symptom, text: hide(symptom.text) },
  };
}

type Told = Parameters<typeof storePostedChange>[1];

export function hideInChange(hide: Hide, change: Told): Told {
  const { ref, title, by } = change;
  return { ...change, ref: hide(ref), title: hide(title), by: by === null ? null : hide(by) };
}
