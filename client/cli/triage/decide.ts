import type { Command } from 'commander';
import { RefusedError } from '../../../core/model/errors.js';
import { contextOf, withIncidents } from '../command-context.js';
import { whoGives } from '../identity.js';
import { byOption, incidentArgument, type Signed } from '../incident-options.js';

async function decide(decision: 'approve' | 'reject', id: string, flags: Signed & { plan?: string }, command: Command): Promise<void> {
  const context = contextOf(command);
  const accepted = await withIncidents(context, async ({ incidents }) => {
    const { remedyPlan } = await incidents.status(id);
    const planId = flags.plan ?? remedyPlan?.planId;
    if (planId === undefined)
      throw new RefusedError(
        `${decision}: expected a remedy that waits for a decision, but incident ${id} has none; its report lists what to do by hand`,
      );
    if (remedyPlan !== null) context.say(`${decision}: ${remedyPlan.remedy.statement}`);
    const identity = await whoGives(context, flags.by);
    return await incidents.decide(id, { planId, decision, ...identity, ...(flags.reason === undefined ? {} : { reason: flags.reason }) });
  });
  context.print(accepted, `${decision} recorded for plan ${accepted.planId} by ${accepted.by}`);
}

export function registerDecide(program: Command): void {
  for (const decision of ['approve', 'reject'] as const) {
    program
      .command(decision)
      .description(decision === 'approve' ? 'let the responder apply the proposed remedy' : 'refuse the proposed remedy')
      .argument(...incidentArgument)
      .option('--plan <id>', 'the plan that was read (default: the one that waits now)')
      .option(...byOption)
      .option('--reason <text>', 'why')
      .addHelpText(
        'after',
        `\nExamples:\n  $ perf-responder ${decision} shop/place-order\n  $ perf-responder ${decision} shop/place-order --plan PLAN --by ada`,
      )
      .action(async (id: string, flags: Signed & { plan?: string }, command: Command) => decide(decision, id, flags, command));
  }
}
