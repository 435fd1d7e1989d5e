import type { Command } from 'commander';
import { numberOption } from '../option-values.js';
import { incidentId, withCommand } from './incident-access.js';
import { listText, statusText, timelineText } from './incident-text.js';

/** Read-only commands: list, status, timeline. */
export function registerLook(group: Command): void {
  group
    .command('list')
    .description('incidents, newest first')
    .option('--limit <number>', 'at most so many', numberOption('--limit', { minimum: 1, maximum: 10_000, whole: true, example: 20 }), 100)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident list\n  $ perf-responder incident list --json')
    .action(async ({ limit }: { limit: number }, command: Command) => {
      await withCommand(command, async (incidents, context) => {
        const rows = await incidents.list(limit);
        context.print({ incidents: rows.map(({ severityReason: _, ...row }) => row) }, listText(rows));
      });
    });
  group
    .command('status')
    .description('where an incident stands: severity, who is paged, roles, next update, timeline')
    .argument(...incidentId)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident status INC-2026-0302-001\n  $ perf-responder incident status INC-2026-0302-001 --json',
    )
    .action(async (id: string, _flags: unknown, command: Command) => {
      await withCommand(command, async (incidents, context) => {
        const status = await incidents.status(id);
        context.print(status, statusText(status));
      });
    });
  group
    .command('timeline')
    .description('the record, in the order in which things happened')
    .argument(...incidentId)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident timeline INC-2026-0302-001')
    .action(async (id: string, _flags: unknown, command: Command) => {
      await withCommand(command, async (incidents, context) => {
        const { timeline } = await incidents.status(id);
        context.print({ id, timeline }, timelineText(timeline));
      });
    });
}
