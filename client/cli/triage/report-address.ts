import { originOf } from '../../hook/listen-address.js';
import { existingKeyOfLinks } from '../../hook/access/link-key.js';
import { signReportLink } from '../../hook/report-link.js';
import { tryReadCatalog, type CommandContext } from '../command-context.js';

const dayMs = 24 * 3_600_000;

/** A signed link to the report on the hook of the catalog; null when the hook's secrets are not known in this shell. */
export async function reportLink(context: CommandContext, incidentId: string): Promise<string | null> {
  const catalog = await tryReadCatalog(context);
  const origin = originOf(catalog?.hook);
  const key = catalog === null ? null : existingKeyOfLinks(catalog, context.dataDirectory);
  return key === null || origin === null ? null : signReportLink(key, origin, incidentId, new Date(Date.now() + dayMs));
}
