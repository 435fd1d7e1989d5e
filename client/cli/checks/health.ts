import type { Command } from 'commander';
import { collectHealth, type ServiceHealth } from '../../../adapters/checks/collect-health.js';
import { contextOf } from '../command-context.js';
import { interruptible } from '../terminal/interruptible.js';
import { catalogAndServices, failOn, failOnOption, type FailOn } from './access.js';

function textOf({ service, state, checks }: ServiceHealth): string {
  const rows = checks.map(({ detail, remedy }) => `           ${detail}${remedy === null ? '' : `\n           → ${remedy}`}`);
  return [`${state.padEnd(10)} ${service}`, ...rows].join('\n');
}

async function health(service: string | undefined, { failOn: wanted }: { failOn?: FailOn }, command: Command): Promise<void> {
  const context = contextOf(command);
  const { catalog, services } = await catalogAndServices(context, service);
  context.wait(`asking ${services.length} ${services.length === 1 ? 'service' : 'services'}`);
  const found = await interruptible('stopped; nothing was changed', (signal) => collectHealth({ catalog, services, signal }));
  context.print({ services: found }, found.map(textOf).join('\n'));
  failOn(
    wanted,
    found.flatMap(({ checks }) => checks.map(({ verdict }) => verdict)),
  );
}

/** `perf-responder health` */
export function registerHealth(program: Command): void {
  program
    .command('health')
    .description('is every service up, down, slow or flapping? Three samples of each health address')
    .argument('[service]', 'one service of the catalog (default: all)')
    .option(...failOnOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder health\n  $ perf-responder health shop --json --fail-on fail')
    .action(health);
}
