/** What the catalog allows a mitigation to do to a service, and its current state. Names only: it contains no secret and changes nothing. */
import { dirname, isAbsolute } from 'node:path';
import { runChecks } from '../../adapters/checks/run-checks.js';
import type { Catalog } from '../../config/catalog.js';
import type { CheckRow } from '../../core/command/checks/check.js';
import type { SeenService } from '../../core/command/mitigation/mitigation-input.js';

/** Relative paths of logs belong to another machine or a container. What cannot be cleaned from here is not proposed. */
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

/** Areas of checks whose findings a runbook may resolve. */
const areas = ['service', 'postgres', 'redis', 'network', 'host'] as const;
/** Below the 20 seconds of a step of the five minutes: proposals rest on what is seen by then. */
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
