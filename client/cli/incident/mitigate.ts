import type { Command } from 'commander';
import { decideMitigationUpdate } from '../../../workflows/command/messages.js';
import { byOption } from '../incident-options.js';
import { actor, incidentId, printRecorded, withCommand } from './incident-access.js';

async function decide(decision: 'approve' | 'reject', id: string, flags: { plan: string; by?: string }, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    const recorded = await incidents.update(id, decideMitigationUpdate, { planId: flags.plan, decision, by: actor(flags) });
    printRecorded(context, id, recorded, `${flags.plan} ${decision === 'approve' ? 'approved' : 'rejected'}`);
  });
}

/** What could end the incident, and who decides on it. */
export function registerMitigate(group: Command): void {
  group
    .command('propose')
    .description('mitigations that the evidence asks for')
    .argument(...incidentId)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident propose INC-2026-0302-001')
    .action(async (id: string, _flags: unknown, command: Command) => {
      await withCommand(command, async (incidents, context) => {
        const { mitigations } = await incidents.status(id);
        const text = mitigations.map((plan) => `${plan.planId}  ${plan.state}\n  ${plan.title}\n  ${plan.why}`);
        context.print({ mitigations }, text.join('\n') || 'nothing is proposed: no evidence asks for a mitigation yet');
      });
    });
  for (const decision of ['approve', 'reject'] as const)
    group
      .command(decision)
      .description(decision === 'approve' ? 'approves a proposed mitigation' : 'turns a proposed mitigation down')
      .argument(...incidentId)
      .requiredOption('--plan <plan>', 'as incident propose shows it')
      .option(...byOption)
      .addHelpText('after', `\nExamples:\n  $ perf-responder incident ${decision} INC-2026-0302-001 --plan rollback-shop-v42 --by alice`)
      .action((id: string, flags: { plan: string; by?: string }, command: Command) => decide(decision, id, flags, command));
}
