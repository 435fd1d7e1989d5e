/** `perf-responder worker`: runs until SIGINT or SIGTERM, after one ready line. */
import type { Command } from 'commander';
import { readCatalog } from '../../../config/catalog.js';
import { workerRoles, type WorkerRole } from '../../../workflows/kernel/task-queues.js';
import { existingKeyOfLinks } from '../../hook/access/link-key.js';
import { originOf } from '../../hook/listen-address.js';
import { pageLinks } from '../../hook/pages/page-link.js';
import { reportLinks } from '../../hook/report-link.js';
import { contextOf } from '../command-context.js';
import { addressOption, choiceOption, originOption } from '../option-values.js';
import { untilSignal } from '../terminal/until-signal.js';
import type { StartWorkers } from './worker-port.js';

interface WorkerFlags {
  role?: WorkerRole[];
  host?: string;
  metrics?: string;
  healthAddress?: string;
  buildId?: string;
  hookOrigin?: string;
}

async function worker(start: StartWorkers, flags: WorkerFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  const { received } = untilSignal();
  const { temporal, dataDirectory, say } = context;
  const catalog = await readCatalog(context.catalogFile);
  const hookOrigin = flags.hookOrigin ?? originOf(catalog.hook);
  const healthAddress = flags.healthAddress ?? catalog.worker?.health;
  const workers = await start({
    ...{ catalog, temporal, dataDirectory, say },
    reportUrl: reportLinks(() => existingKeyOfLinks(catalog, dataDirectory), hookOrigin),
    ...pageLinks(() => existingKeyOfLinks(catalog, dataDirectory), hookOrigin),
    ...(flags.role === undefined ? {} : { roles: flags.role }),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.buildId === undefined ? {} : { buildId: flags.buildId }),
    ...(healthAddress === undefined ? {} : { healthAddress }),
    ...(flags.metrics === undefined ? {} : { metricsAddress: flags.metrics }),
  });
  const { resolveTemporal } = await import('../../../adapters/temporal/connection.js');
  const { address } = resolveTemporal(temporal).connection;
  const served = flags.role ?? workerRoles;
  const health = workers.healthOrigin;
  const told = health === null ? '' : `, health ${health}`;
  context.print(
    { ready: true, address, roles: served, ...(health === null ? {} : { health }) },
    `worker ready: Temporal ${address}, queues ${served.join(', ')}${told}`,
  );
  await Promise.race([received, workers.finished]);
  await workers.shutdown();
}

function collectRole(text: string, before: WorkerRole[] | undefined): WorkerRole[] {
  return [...(before ?? []), choiceOption('--role', workerRoles)(text)];
}

export function registerWorker(program: Command, start: StartWorkers): void {
  program
    .command('worker')
    .description('work on incidents: workflows, load, captures, bisects')
    .option('--role <role>', `one of ${workerRoles.join(', ')} (repeatable; default: all)`, collectRole)
    .option('--host <name>', 'name under which the catalog sends captures here (process: { host: NAME })')
    .option('--build-id <id>', 'version of this build: incidents end on the build they began with, new ones begin on the newest')
    .option('--metrics <host:port>', 'serve the metrics of the Temporal SDK there', addressOption('--metrics', '127.0.0.1:9464'))
    .option(
      '--health-address <host:port>',
      'serve /healthz and /readyz there (beats worker.health of the catalog)',
      addressOption('--health-address', '127.0.0.1:8091'),
    )
    .option(
      '--hook-origin <url>',
      'where people reach the hook, for links in notifications (default: hook.listen of the catalog)',
      originOption('--hook-origin'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder worker\n  $ perf-responder worker --address temporal:7233 --role load\n  $ perf-responder worker --role host --host web-1',
    )
    .action(async (flags: WorkerFlags, command: Command) => worker(start, flags, command));
}
