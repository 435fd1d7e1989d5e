import type { Command } from 'commander';
import { statusDocument } from '../../temporal/incident-documents.js';
import { contextOf, withIncidents } from '../command-context.js';
import { incidentArgument } from '../incident-options.js';
import { registerStatusPublish } from '../incident/status-publish.js';
import { statusText } from './incident-text.js';

async function status(id: string, _flags: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const found = await withIncidents(context, ({ incidents }) => incidents.status(id));
  context.print(statusDocument(found), statusText(found, context.typed));
}

export function registerStatus(program: Command): void {
  const group = program
    .command('status')
    .description('where an incident stands, and what it waits for')
    .argument(...incidentArgument)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder status shop/place-order\n  $ perf-responder status perf-shop-place-order-1a2b3c4d-0123456789ab --json',
    )
    .action(status);
  registerStatusPublish(group);
}
