import type { Command } from 'commander';
import { contextOf, withIncidents } from '../command-context.js';
import { listText } from './incident-text.js';
import { numberOption } from '../option-values.js';

async function list(flags: { limit: number }, command: Command): Promise<void> {
  const context = contextOf(command);
  const incidents = await withIncidents(context, (access) => access.incidents.list(flags.limit));
  context.print({ incidents }, listText(incidents));
}

export function registerList(program: Command): void {
  program
    .command('list')
    .description('incidents, newest first')
    .option('--limit <number>', 'at most so many', numberOption('--limit', { minimum: 1, maximum: 10_000, whole: true, example: 20 }), 100)
    .addHelpText('after', '\nExamples:\n  $ perf-responder list\n  $ perf-responder list --json --limit 20')
    .action(list);
}
