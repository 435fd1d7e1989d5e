import type { Command } from 'commander';
import { contextOf, withIncidents } from '../command-context.js';
import { byOption, incidentArgument, type Signed } from '../incident-options.js';
import { whoGives } from '../identity.js';

async function acknowledge(id: string, flags: Signed, command: Command): Promise<void> {
  const context = contextOf(command);
  await withIncidents(context, async ({ incidents }) => {
    const incidentId = await incidents.idOf(id);
    const { by } = await incidents.acknowledge(incidentId, (await whoGives(context, flags.by)).by);
    context.print({ incidentId, by }, `incident ${incidentId} acknowledged by ${by}`);
  });
}

export function registerAck(program: Command): void {
  program
    .command('ack')
    .description('somebody looks at it: stops the escalation')
    .argument(...incidentArgument)
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder ack shop/place-order\n  $ perf-responder ack shop/place-order --by ada')
    .action(acknowledge);
}
