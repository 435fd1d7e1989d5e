import { Option, type Command } from 'commander';
import { collectLogs, type ServiceLogs } from '../../../adapters/logs/collect-logs.js';
import type { Verdict } from '../../../core/command/checks/check.js';
import { contextOf } from '../command-context.js';
import { interruptible } from '../terminal/interruptible.js';
import { durationOption } from '../option-values.js';
import { catalogAndServices, failOn, failOnOption, type FailOn } from './access.js';

function textOf({ templates, unread, entries, since }: ServiceLogs): string {
  const rows = templates.flatMap(({ template, count, firstAt, before, state, paths }) => [
    `${state.padEnd(7)} ${String(count).padStart(6)}×  ${template}`,
    `                 first ${firstAt ?? 'at a time it does not tell'}${before === null ? '' : `, usual ${before.toFixed(1)}`}${paths.length === 0 ? '' : `, on ${paths.join(' ')}`}`,
  ]);
  const missed = unread.map(({ source, why, remedy }) => `not read  ${source}: ${why}\n          → ${remedy}`);
  return [...(rows.length === 0 ? [`${entries} entries since ${since}, none reports an error`] : rows), ...missed].join('\n');
}

function verdictsOf({ templates, unread }: ServiceLogs): Verdict[] {
  return [...templates.map(({ state }): Verdict => (state === 'usual' ? 'ok' : 'warn')), ...unread.map((): Verdict => 'unknown')];
}

async function logs(service: string, { since, failOn: wanted }: { since: number; failOn?: FailOn }, command: Command): Promise<void> {
  const context = contextOf(command);
  const { catalog } = await catalogAndServices(context, service);
  context.wait(`reading the logs of ${service}`);
  const found = await interruptible('stopped; nothing was changed', (signal) => collectLogs({ catalog, service, sinceMs: since, signal }));
  const { templates, unread } = found;
  context.print({ service, since: found.since, templates, unread }, textOf(found));
  failOn(wanted, verdictsOf(found));
}

/** `perf-responder logs` */
export function registerLogs(program: Command): void {
  program
    .command('logs')
    .description('what the logs of a service report, by message: what is new, what is more than in the hour before')
    .argument('<service>', 'a service of the catalog')
    .addOption(new Option('--since <duration>', 'how far back').argParser(durationOption('--since')).default(15 * 60_000, '15m'))
    .option(...failOnOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder logs shop --since 15m\n  $ perf-responder logs shop --since 1h --json')
    .action(logs);
}
