import { readPublished } from '../../adapters/status-page/published-incidents.js';
import type { Catalog } from '../../config/catalog.js';
import type { StatusPage } from '../../core/command/communication/public-incident.js';

/** The page as it stands now. `servedAt` is where it is served when the catalog names no address. */
export async function statusPageOf(catalog: Catalog, dataDirectory: string, servedAt: string | null): Promise<StatusPage> {
  const settings = catalog.incidents?.statusPage;
  const url = settings?.url ?? servedAt;
  return {
    title: settings?.title ?? 'Status',
    url: url === null || url.endsWith('/') ? url : `${url}/`,
    components: Object.keys(settings?.components ?? {}),
    incidents: await readPublished(dataDirectory),
  };
}
