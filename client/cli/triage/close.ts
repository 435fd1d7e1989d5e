import type { Command } from 'commander';
import { contextOf, withIncidents } from '../command-context.js';
import { byOption, incidentArgument, type Signed } from '../incident-options.js';
import { whoGives } from '../identity.js';

async function close(id: string, flags: Signed, command: Command): Promise<void> {
  const context = contextOf(command);
  const { by } = await whoGives(context, flags.by);
  await withIncidents(context, async ({ incidents }) => {
    const incidentId = await incidents.idOf(id);
    await incidents.close(incidentId, { by, ...(flags.reason === undefined ? {} : { reason: flags.reason }) });
    context.print({ incidentId, by }, `incident ${incidentId} is being closed`);
  });
}

export function registerClose(program: Command): void {
  program
    .command('close')
    .description('end an incident now; a load that runs is stopped')
    .argument(...incidentArgument)
    .option(...byOption)
    .option('--reason <text>', 'why')
    .addHelpText('after', '\nExamples:\n  $ perf-responder close shop/place-order --reason "fixed by hand"')
    .action(close);
}
