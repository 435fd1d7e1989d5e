import type { CaptureAdapter } from '../../activities/dependencies.js';
import { databaseEngine } from '../../adapters/databases/registry.js';
import { observeService } from '../../adapters/kernel/observe-service.js';
import { resolveHost } from '../../adapters/kernel/sockets.js';
import type { Catalog } from '../../config/catalog.js';
import { findEndpoint } from '../../config/resolve/find-endpoint.js';
import { resolveDatabases, resolveProcess, type DatabaseAccess } from '../../config/resolve/resolve-access.js';
import { filled } from '../../core/evidence/document.js';
import { serviceDocument, serviceKind } from '../../core/evidence/kinds/service.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import type { PeerHint } from '../../core/observe/wire.js';
import { endOf } from './database-address.js';

export function captureService(catalog: Catalog): CaptureAdapter {
  return {
    kind: serviceKind,
    take: async (order) => {
      const locator = resolveProcess(catalog, order.endpoint);
      if (locator === null) throw unknownProcess();
      const { databases } = resolveDatabases(catalog, order.endpoint);
      const servicePort = portOfUrl(findEndpoint(catalog, order.endpoint).endpoint.url);
      const observation = await observeService({
        ...order,
        locator,
        servicePort: locator.kind === 'port' ? locator.port : servicePort,
        peerHints: await hintsOf(databases),
      });
      return { documents: [filled(serviceDocument, observation)], raw: [], missing: observation.missing };
    },
  };
}

function portOfUrl(address: string): number {
  const url = new URL(address);
  return Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
}

async function hintsOf(databases: DatabaseAccess[]): Promise<PeerHint[]> {
  const hints = await Promise.all(
    databases.map(async (access) => {
      const end = endOf(access);
      if (end === null) return [];
      const { host, port } = end;
      const kind = databaseEngine(access.kind).peer;
      return (await resolveHost(host)).map((address) => ({
        peer: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
        label: `database ${access.name}`,
        kind,
      }));
    }),
  );
  return hints.flat();
}

function unknownProcess(): EvidenceUnavailableError {
  return new EvidenceUnavailableError({
    id: 'process',
    what: 'process and sockets of the service under load',
    why: 'the catalog does not say which process serves this endpoint, and its host is not this machine',
    remedy: 'set process (port, pid, pidFile or command; host for an agent elsewhere) of the service in the catalog',
  });
}
