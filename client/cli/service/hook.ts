/** `perf-responder hook`: serves the alert hook until SIGINT or SIGTERM, after one ready line. */
import type { Command } from 'commander';
import { readCatalog } from '../../../config/catalog.js';
import { parseListen } from '../../hook/listen-address.js';
import { contextOf } from '../command-context.js';
import { addressOption } from '../option-values.js';
import { untilSignal } from '../terminal/until-signal.js';

async function hook(flags: { listen?: string }, command: Command): Promise<void> {
  const context = contextOf(command);
  const { received } = untilSignal();
  const { temporal, dataDirectory, say } = context;
  const catalog = await readCatalog(context.catalogFile);
  const address = parseListen(flags.listen ?? catalog.hook?.listen ?? '127.0.0.1:8090');
  const { startResponderHook } = await import('../../hook/start-hook.js');
  const running = await startResponderHook({ catalog, temporal, dataDirectory, say, madeToken: null }, address);
  context.print({ ready: true, hook: running.origin }, `hook ready: ${running.origin}`);
  await received;
  await running.close();
}

export function registerHook(program: Command): void {
  program
    .command('hook')
    .description('serve the alert hook: POST /alerts/alertmanager, /alerts/generic; reports under /incidents')
    .option('--listen <host:port>', 'beats hook.listen of the catalog', addressOption('--listen', '127.0.0.1:8090'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ RESPONDER_HOOK_TOKEN=… perf-responder hook\n  $ perf-responder hook --listen 127.0.0.1:0 --json',
    )
    .action(hook);
}
