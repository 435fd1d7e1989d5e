/** `perf-responder undo INCIDENT`: takes back the remedy that the incident applied. */
import type { Command } from 'commander';
import { WorkflowFailedError } from '@temporalio/client';
import { RefusedError } from '../../../core/model/errors.js';
import { contextOf, withIncidents } from '../command-context.js';
import { whoGives } from '../identity.js';
import { byOption, incidentArgument, type Signed } from '../incident-options.js';

async function undo(id: string, flags: Signed & { plan?: string }, command: Command): Promise<void> {
  const context = contextOf(command);
  const { appliedPlans, undo: takeBack } = await import('../../temporal/undo.js');
  const approval = await whoGives(context, flags.by);
  const answer = await withIncidents(context, async ({ incidents, client }) => {
    const incidentId = await incidents.idOf(id);
    const applied = await appliedPlans(client, incidentId);
    const chosen = applied.find(({ plan }) => flags.plan === undefined || plan.planId.startsWith(flags.plan));
    if (chosen === undefined)
      throw new RefusedError(
        `undo: expected a remedy that incident ${incidentId} applied${flags.plan === undefined ? '' : ` with plan ${flags.plan}`}, but there is none; its report lists what was done`,
      );
    context.say(`undo: ${chosen.plan.undo}`);
    const result = await takeBack(client, incidentId, chosen, approval).catch(explain);
    return { incidentId, ...result, undo: chosen.plan.undo };
  });
  context.print(answer, `${answer.applied ? 'undone' : 'not undone'}: ${answer.detail}`);
}

/** What the worker refused is a refusal of this command, too. */
function explain(error: unknown): never {
  const cause = error instanceof WorkflowFailedError ? error.cause : null;
  const inner = cause instanceof Error ? (cause.cause instanceof Error ? cause.cause : cause) : null;
  if (inner !== null) throw new RefusedError(inner.message, { cause: error });
  throw error;
}

export function registerUndo(program: Command): void {
  program
    .command('undo')
    .description('take back the remedy that an incident applied (drops the index that it built)')
    .argument(...incidentArgument)
    .option('--plan <id>', 'the plan that was applied (default: the last one)')
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder undo shop/place-order\n  $ perf-responder undo shop/place-order --by ada --json')
    .action(undo);
}
