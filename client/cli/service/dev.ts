/** `perf-responder dev`: everything on this machine until SIGINT or SIGTERM, after one ready line. */
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { readCatalog } from '../../../config/catalog.js';
import { contextOf } from '../command-context.js';
import { currentUser, portOption } from '../option-values.js';
import { untilSignal } from '../terminal/until-signal.js';
import type { StartWorkers } from './worker-port.js';

interface DevFlags {
  temporalPort: number;
  uiPort?: number;
  hookPort?: number;
}

/** Temporal's convention is a thousand above its own port; if that is not a port, a free one. */
function usualUiPort(temporalPort: number): number {
  return temporalPort === 0 || temporalPort + 1000 > 65_535 ? 0 : temporalPort + 1000;
}

/** What a worker can see depends on both: the services that it profiles have to run on this machine and belong to this user. */
function whereItRuns(): string {
  const isRoot = process.getuid?.() === 0;
  const sees = isRoot ? 'the services of every user on this host' : 'the services of this user on this host; root sees those of all';
  return `stays in the foreground until Ctrl-C, on host ${hostname()} as user ${currentUser()}: it profiles ${sees}`;
}

async function dev(startWorkers: StartWorkers, flags: DevFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  const { signal, received } = untilSignal();
  const catalog = await readCatalog(context.catalogFile);
  const { startDev } = await import('./start-dev.js');
  const running = await startDev({
    catalog,
    startWorkers,
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
  context.say(whereItRuns());
  const token = ready.hookToken === undefined ? '' : `, hook token ${ready.hookToken}`;
  context.print(ready, `dev ready: Temporal ${ready.address}, Web UI ${ready.ui}, hook ${ready.hook}${token}`);
  try {
    await Promise.race([received, running.failed]);
  } finally {
    await running.stop();
  }
}

export function registerDev(program: Command, startWorkers: StartWorkers): void {
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
    .action(async (flags: DevFlags, command: Command) => dev(startWorkers, flags, command));
}
