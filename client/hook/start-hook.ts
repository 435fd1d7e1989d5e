import { Connection } from '@temporalio/client';
import { join } from 'node:path';
import { clientOn, resolveTemporal, type TemporalTarget } from '../../adapters/temporal/connection.js';
import { storePostedChange } from '../../adapters/changes/posted-changes.js';
import type { Catalog } from '../../config/catalog.js';
import { encryptedTarget } from '../../config/settings/payload-keys.js';
import { createHide, hideInChange } from './hide-secrets.js';
import { createKnownAlerts } from './known-alerts.js';
import { keyOfLinks } from './access/link-key.js';
import { startHook, type RunningHook } from './hook-server.js';
import { createStatusPages } from './pages/status-page.js';
import { createPageIncidents } from './pages/page-incidents.js';
import { createHookIncidents } from './temporal-incidents.js';

export interface HookSettings {
  catalog: Catalog;
  temporal: TemporalTarget;
  dataDirectory: string;
  /** Bearer token that `dev` made; null otherwise. */
  madeToken: string | null;
  say: (line: string) => void;
}

/** Connects only when it has to: a hook that starts before Temporal, or outlives it, answers 503 and recovers by itself. */
export async function startResponderHook(settings: HookSettings, address: { host: string; port: number }): Promise<RunningHook> {
  const { connection: options, namespace } = resolveTemporal(settings.temporal);
  const connection = Connection.lazy({ ...options, connectTimeout: '3s' });
  const target = await encryptedTarget(settings.temporal, settings.catalog);
  const client = clientOn(connection, namespace, target);
  const { catalog, dataDirectory, madeToken, say } = settings;
  const hideNow = createHide(catalog, madeToken);
  const incidents = createKnownAlerts(createHookIncidents(client, catalog, dataDirectory, hideNow), say);
  const stopWatching = incidents.watch();
  const hook = await startHook(
    {
      catalog,
      incidents,
      pages: createPageIncidents(client, catalog, dataDirectory),
      statusPages: createStatusPages(catalog, dataDirectory),
      madeToken,
      linkKey: () => keyOfLinks(catalog, madeToken, dataDirectory),
      storeChange: (change) => storePostedChange(dataDirectory, hideInChange(hideNow(), change)),
      rejectedDirectory: join(dataDirectory, 'rejected-alerts'),
      log: (message) => say(hideNow()(message)),
    },
    address,
  );
  return {
    origin: hook.origin,
    close: async () => {
      stopWatching();
      await hook.close();
      await connection.close();
    },
  };
}
