/** What the catalog lets a mitigation do to a service, and what is seen of it now. Names only: no secret, nothing is changed. */
import { dirname, isAbsolute } from 'node:path';
import { runChecks } from '../../adapters/checks/run-checks.js';
import type { Catalog } from '../../config/catalog.js';
import type { CheckRow } from '../../core/command/checks/check.js';
import type { SeenService } from '../../core/command/mitigation/mitigation-input.js';

/** Relative logs are of another machine or of a container: what cannot be cleaned from here is not proposed. */
function logFoldersOf(logs: readonly { file?: string | undefined }[]): string[] {
  const files = logs.flatMap(({ file }) => (file !== undefined && isAbsolute(file) ? [dirname(file)] : []));
  return [...new Set(files.filter((folder) => !folder.includes('*')))];
}

export function seenService(catalog: Catalog, name: string): SeenService {
  const { deploy, databases = {}, logs = [] } = catalog.services[name] ?? {};
  const named = Object.entries(databases);
  return {
    name,
    canRollBack: deploy?.rollback !== undefined,
    canRestart: deploy?.restart !== undefined,
    databases: named.map(([database, { kind }]) => ({ name: database, kind })),
    cachePrefixes: named.flatMap(([, { dropPrefixes = [] }]) => dropPrefixes),
    logFolders: logFoldersOf(logs),
  };
}

/** Areas in which something may be found that a runbook ends. */
const areas = ['service', 'postgres', 'redis', 'network', 'host'] as const;
/** Below the 20 seconds of a step of the five minutes: what is seen by then is proposed from. */
const withinMs = 14_000;

export async function lookForMitigations(
  catalog: Catalog,
  services: readonly string[],
  signal: AbortSignal,
): Promise<{ services: SeenService[]; checks: CheckRow[] }> {
  const known = services.filter((name) => catalog.services[name] !== undefined);
  const checks =
    known.length === 0 ? [] : await runChecks({ catalog, services: [...known], areas: [...areas], signal, budgetMs: withinMs });
  return { services: known.map((name) => seenService(catalog, name)), checks };
}
