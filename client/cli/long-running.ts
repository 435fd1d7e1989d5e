/** Commands that run until SIGINT or SIGTERM: worker, hook, dev. Each prints one ready line. The worker's SDK is loaded only by them. */
import type { Command } from 'commander';
import { readCatalog } from '../../config/catalog.js';
import type { WorkerRole } from '../../worker/run-workers.js';
import { originOf, parseListen } from '../hook/listen-address.js';
import { untilSignal } from './until-signal.js';
import { contextOf } from './command-context.js';
import { addressOption, choiceOption, originOption, portOption } from './option-values.js';

const roles: readonly WorkerRole[] = ['incidents', 'load', 'host', 'bisect'];

interface WorkerFlags {
  role?: WorkerRole[];
  host?: string;
  metrics?: string;
  hookOrigin?: string;
}

async function worker(flags: WorkerFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  const { received } = untilSignal();
  const { temporal, dataDirectory, say } = context;
  const catalog = await readCatalog(context.catalogFile);
  const { startResponderWorkers } = await import('../start-responder.js');
  const workers = await startResponderWorkers({
    ...{ catalog, temporal, dataDirectory, say, madeToken: null },
    hookOrigin: flags.hookOrigin ?? originOf(catalog.hook?.listen),
    ...(flags.role === undefined ? {} : { roles: flags.role }),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.metrics === undefined ? {} : { metricsAddress: flags.metrics }),
  });
  const { resolveTemporal } = await import('../../adapters/temporal/connection.js');
  const { address } = resolveTemporal(temporal).connection;
  const served = flags.role ?? roles;
  context.print({ ready: true, address, roles: served }, `worker ready: Temporal ${address}, queues ${served.join(', ')}`);
  await Promise.race([received, workers.finished]);
  await workers.shutdown();
}

async function hook(flags: { listen?: string }, command: Command): Promise<void> {
  const context = contextOf(command);
  const { received } = untilSignal();
  const { temporal, dataDirectory, say } = context;
  const catalog = await readCatalog(context.catalogFile);
  const address = parseListen(flags.listen ?? catalog.hook?.listen ?? '127.0.0.1:8090');
  const { startResponderHook } = await import('../start-responder.js');
  const running = await startResponderHook({ catalog, temporal, dataDirectory, say, madeToken: null }, address);
  context.print({ ready: true, hook: running.origin }, `hook ready: ${running.origin}`);
  await received;
  await running.close();
}

interface DevFlags {
  temporalPort: number;
  uiPort?: number;
  hookPort?: number;
}

/** Temporal's own convention is a thousand above; a free one where that is none. */
function usualUiPort(temporalPort: number): number {
  return temporalPort === 0 || temporalPort + 1000 > 65_535 ? 0 : temporalPort + 1000;
}

async function dev(flags: DevFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  const { signal, received } = untilSignal();
  const catalog = await readCatalog(context.catalogFile);
  const { startDev } = await import('../dev.js');
  const running = await startDev({
    catalog,
    dataDirectory: context.dataDirectory,
    namespace: context.temporal.namespace ?? 'default',
    temporalPort: flags.temporalPort,
    uiPort: flags.uiPort ?? usualUiPort(flags.temporalPort),
    hookPort: flags.hookPort ?? null,
    say: context.say,
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  if (running === null) return;
  const { ready } = running;
  const token = ready.hookToken === undefined ? '' : `, hook token ${ready.hookToken}`;
  context.print(ready, `dev ready: Temporal ${ready.address}, Web UI ${ready.ui}, hook ${ready.hook}${token}`);
  try {
    await Promise.race([received, running.failed]);
  } finally {
    await running.stop();
  }
}

function collectRole(text: string, before: WorkerRole[] | undefined): WorkerRole[] {
  return [...(before ?? []), choiceOption('--role', roles)(text)];
}

export function registerLongRunning(program: Command): void {
  program
    .command('worker')
    .description('work on incidents: workflows, load, captures, bisects')
    .option('--role <role>', `one of ${roles.join(', ')} (repeatable; default: all)`, collectRole)
    .option('--host <name>', 'name under which the catalog sends captures here (process: { host: NAME })')
    .option('--metrics <host:port>', 'serve the metrics of the Temporal SDK there', addressOption('--metrics', '127.0.0.1:9464'))
    .option(
      '--hook-origin <url>',
      'where people reach the hook, for links in notifications (default: hook.listen of the catalog)',
      originOption('--hook-origin'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder worker\n  $ perf-responder worker --address temporal:7233 --role load\n  $ perf-responder worker --role host --host web-1',
    )
    .action(worker);
  program
    .command('hook')
    .description('serve the alert hook: POST /alerts/alertmanager, /alerts/generic; reports under /incidents')
    .option('--listen <host:port>', 'beats hook.listen of the catalog', addressOption('--listen', '127.0.0.1:8090'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ RESPONDER_HOOK_TOKEN=… perf-responder hook\n  $ perf-responder hook --listen 127.0.0.1:0 --json',
    )
    .action(hook);
  program
    .command('dev')
    .description('Temporal development server, worker and hook in one process')
    .option('--temporal-port <port>', 'port of Temporal, 0 = a free one', portOption('--temporal-port'), 7233)
    .option('--ui-port <port>', 'port of the Web UI (default: a thousand above)', portOption('--ui-port'))
    .option('--hook-port <port>', 'port of the hook (beats the catalog)', portOption('--hook-port'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder dev\n  $ perf-responder dev --temporal-port 0 --hook-port 0 --data /tmp/responder --json',
    )
    .action(dev);
}
