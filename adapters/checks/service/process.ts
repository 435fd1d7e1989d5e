import { readFileSync } from 'node:fs';
import type { Catalog } from '../../../config/catalog.js';
import { locateProcess } from '../../../config/resolve/resolve-access.js';
import { unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import { findServiceProcess, type FoundProcess } from '../../kernel/find-process.js';
import { readProc, tickMs } from '../../kernel/process-files.js';
import type { CheckWorld } from '../check.js';

export type ServiceProcess = FoundProcess | { absent: Finding };

/** When this machine was started, in milliseconds since 1970, as the kernel tells it. */
export function bootMs(): number {
  return Number(/^btime (\d+)/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0) * 1000;
}

export function startedAtMs({ startTicks }: FoundProcess): number {
  return bootMs() + startTicks * tickMs;
}

export async function findProcessOf(catalog: Catalog, name: string): Promise<ServiceProcess> {
  const service = catalog.services[name];
  const url = Object.values(service?.endpoints ?? {})[0]?.url;
  if (service === undefined || url === undefined) return { absent: unknownFinding('it has no endpoint in the catalog', 'Add one.') };
  if (service.process?.host !== undefined)
    return { absent: unknownFinding(`its process runs on ${service.process.host}`, 'Run perf-responder check on that host.') };
  const locator = locateProcess(catalog, service, url);
  if (locator === null)
    return { absent: unknownFinding('the catalog does not say where its process is', 'Write process: { port: 8080 } for the service.') };
  try {
    return await findServiceProcess(locator);
  } catch (error) {
    if (!(error instanceof EvidenceUnavailableError)) throw error;
    const { why, remedy } = error.missing;
    // That nothing is there is a fact; that we may not see it is none.
    const isGone = /^no process .* was found/.test(why) && readProc('1/stat') !== null;
    const finding = unknownFinding(why, remedy);
    return { absent: isGone ? { ...finding, verdict: 'fail' } : finding };
  }
}

/** The process of a service, looked for once a run. */
export async function processOf(world: CheckWorld, name: string): Promise<ServiceProcess> {
  return await world.share(`process ${name}`, () => findProcessOf(world.catalog, name));
}

/** What a check says when there is no process to look at: only `service.process` itself fails for it. */
export function withoutProcess({ absent }: { absent: Finding }): Finding {
  return { ...absent, verdict: 'unknown' };
}
