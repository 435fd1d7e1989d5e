import { serviceDatabases, type DatabaseAccess } from '../../config/resolve/resolve-access.js';
import { unknownFinding, type Finding } from '../../core/command/checks/check.js';
import type { CheckWorld, PlannedLook } from './check.js';

/** Databases of one kind among the services, each once although several services name it. Those whose secret is missing are rows, too. */
export function planForDatabases(
  { catalog, services }: CheckWorld,
  kind: string,
  look: (database: DatabaseAccess, signal: AbortSignal) => Promise<Finding>,
): PlannedLook[] {
  const planned = new Map<string, PlannedLook>();
  for (const name of services) {
    const service = catalog.services[name];
    if (service === undefined) continue;
    const { databases } = serviceDatabases(catalog, service);
    for (const [key, { kind: written }] of Object.entries(service.databases ?? {})) {
      if (written !== kind) continue;
      const access = databases.find((database) => database.name === key);
      const target = `${name}/${key}`;
      const missing = (): Promise<Finding> =>
        Promise.resolve(
          unknownFinding(
            'its connection is not known here',
            `Set the variable or the file that ${name}.databases.${key}.connection names.`,
          ),
        );
      planned.set(access?.url ?? target, { target, look: access === undefined ? missing : (signal) => look(access, signal) });
    }
  }
  return [...planned.values()];
}

/** What the other checks of a server say that does not let us in: the check of its reachability tells why. */
export function notConnected(id: string): Finding {
  return unknownFinding(`there is no connection to it; see ${id}`, `Mend what ${id} shows first.`);
}

/** `user@host:port/database` for commands that people copy: never a password. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'the connection URL';
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
}
