import type { CaptureAdapter } from '../../activities/dependencies.js';
import type { DatabaseEngine } from '../../adapters/databases/database.js';
import { databaseEngine, databaseEngines } from '../../adapters/databases/registry.js';
import { findServiceProcess, type ProcessLocator } from '../../adapters/kernel/find-process.js';
import { trackLocalSessions, type LocalSessions } from '../../adapters/kernel/local-sessions.js';
import { servicePortsTowards } from '../../adapters/kernel/sockets.js';
import type { Catalog } from '../../config/catalog.js';
import { resolveDatabases, resolveProcess, type DatabaseAccess } from '../../config/resolve/resolve-access.js';
import { filled } from '../../core/evidence/document.js';
import { databasesDocument, databasesKind, withoutStatementValues } from '../../core/evidence/kinds/databases.js';
import { EvidenceUnavailableError, UnreadableInputError } from '../../core/model/errors.js';
import type { DatabaseObservation } from '../../core/model/database.js';
import type { MissingEvidence } from '../../core/model/observation.js';
import { endOf } from './database-address.js';

/** All databases of the service. One that cannot be reached is missing evidence, not a failure. */
export function captureDatabases(catalog: Catalog): CaptureAdapter {
  return {
    kind: databasesKind,
    take: async (order) => {
      const { databases, missing } = resolveDatabases(catalog, order.endpoint);
      const locator = resolveProcess(catalog, order.endpoint);
      const seen = databases.map((access) => ({ access, engine: databaseEngine(access.kind) }));
      const others = seen.flatMap(({ access, engine }) => (engine.look === null ? [unsupported(access, engine)] : []));
      const observations = await Promise.all(
        seen.flatMap(({ access, engine: { look } }) => {
          const { name, url, mayBeSuperuser } = access;
          if (look === null) return [];
          const keep = access.showLiterals === true ? (seenThere: DatabaseObservation) => seenThere : withoutStatementValues;
          return [
            look
              .observe({
                ...order,
                name,
                url,
                mayBeSuperuser,
                servicePorts: () => portsTowards(locator, access),
                serviceBackends: localBackends(locator, access),
              })
              .then(keep),
          ];
        }),
      );
      const gaps = [...missing, ...others, ...observations.flatMap((one) => one.missing)];
      return { documents: [filled(databasesDocument, observations)], raw: [], missing: gaps };
    },
  };
}

/** Local ports of the service's own connections; none when the service runs where we cannot look. */
async function portsTowards(locator: ProcessLocator | null, access: DatabaseAccess): Promise<ReadonlySet<number>> {
  const end = endOf(access);
  if (locator === null || end === null) return new Set();
  try {
    return await servicePortsTowards((await findServiceProcess(locator)).pid, end);
  } catch (error) {
    // The observation of the service gives the reason; the database is then observed without telling its clients apart.
    if (error instanceof EvidenceUnavailableError || error instanceof UnreadableInputError) return new Set();
    throw error;
  }
}

/** A server is also known by its port over a Unix-domain socket, because the name of the socket contains it. */
function localBackends(locator: ProcessLocator | null, access: DatabaseAccess): () => Promise<ReadonlySet<number>> {
  const sessions: LocalSessions = trackLocalSessions();
  const port = endOf(access)?.port ?? Number(/[?&]port=(\d+)/.exec(access.url)?.[1] ?? databaseEngine(access.kind).defaultPort);
  return async () => (locator === null ? new Set() : await sessions((await findServiceProcess(locator)).pid, port));
}

function unsupported(access: DatabaseAccess, engine: DatabaseEngine): MissingEvidence {
  const looked = databaseEngines.flatMap(({ title, look }) => (look === null ? [] : [title]));
  return {
    id: `database-${access.name}`,
    what: `what database ${access.name} did in the window`,
    why: `this version looks into ${looked.join(', ')} only, not ${engine.kind}; its sockets are still accounted`,
    remedy: 'look at its own statistics of the window (slow log, INFO commandstats)',
  };
}
