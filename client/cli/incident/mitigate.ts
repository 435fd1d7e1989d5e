import type { Command } from 'commander';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import { RefusedError } from '../../../core/model/errors.js';
import { decideMitigationUpdate, proposeMitigationsUpdate } from '../../../workflows/command/messages.js';
import { byOption } from '../incident-options.js';
import { actor, incidentId, printRecorded, withCommand } from './incident-access.js';

interface DecideFlags {
  plan: string;
  digest?: string;
  by?: string;
}

async function decide(decision: 'approve' | 'reject', id: string, flags: DecideFlags, command: Command): Promise<void> {
  const { plan: planId, digest } = flags;
  await withCommand(command, async (incidents, context) => {
    const request = { planId, decision, by: await actor(context, flags), ...(digest === undefined ? {} : { digest }) };
    const recorded = await incidents.update(id, decideMitigationUpdate, request);
    printRecorded(context, id, recorded, `${planId} ${decision === 'approve' ? 'approved; it runs now' : 'rejected'}`);
  });
}

/** The one to try first is on top; waiting ones come before decided ones. */
function ordered(mitigations: StatusDocument['mitigations']): StatusDocument['mitigations'] {
  return mitigations.toSorted(
    (left, right) => Number(right.state === 'proposed') - Number(left.state === 'proposed') || left.rank - right.rank,
  );
}

function planText({
  planId,
  state,
  title,
  why,
  risk,
  runbook,
  commands,
  evidence,
  runId,
  result,
}: StatusDocument['mitigations'][number]): string {
  return [
    `${planId}  ${state}${runId === null ? '' : `  ${runId}`}`,
    `  ${title}`,
    `  why   ${why}`,
    `  from  ${evidence.join(', ')}`,
    `  runs  ${runbook}, risk ${risk}`,
    ...commands.map((line) => `        ${line}`),
    ...(result === null ? [] : [`  end   ${result}`]),
  ].join('\n');
}

async function propose(id: string, flags: { by?: string }, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    context.wait('looking at what could be done');
    // An incident that is over, or whose worker is away, can still show what was proposed.
    await incidents
      .update(id, proposeMitigationsUpdate, { by: await actor(context, flags) }, undefined, freshLookMs)
      .catch((error: unknown) => {
        if (!(error instanceof RefusedError)) throw error;
        context.say(`note: no fresh look: ${error.message}`);
      });
    const mitigations = ordered((await incidents.status(id)).mitigations);
    context.print({ mitigations }, mitigations.map(planText).join('\n') || 'nothing is proposed: no evidence asks for a mitigation yet');
  });
}

/** One look takes at most 20 s, and may have to wait for the one that is running. */
const freshLookMs = 45_000;

/** What could end the incident, and who decides on it. */
export function registerMitigate(group: Command): void {
  group
    .command('propose')
    .description('looks again, and shows the mitigations that the evidence asks for: reason, risk, runbook and what it runs')
    .argument(...incidentId)
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident propose INC-2026-0302-001')
    .action(propose);
  for (const decision of ['approve', 'reject'] as const)
    group
      .command(decision)
      .description(
        decision === 'approve'
          ? 'approves a proposed mitigation: its runbook runs, and the same load or checks prove it'
          : 'turns a proposed mitigation down',
      )
      .argument(...incidentId)
      .requiredOption('--plan <plan>', 'as incident propose shows it')
      .option('--digest <digest>', 'of the plan as you saw it (incident propose --json); one that has changed is refused')
      .option(...byOption)
      .addHelpText(
        'after',
        `\nExamples:\n  $ perf-responder incident ${decision} INC-2026-0302-001 --plan rollback-deploy-shop-v42 --by alice`,
      )
      .action((id: string, flags: DecideFlags, command: Command) => decide(decision, id, flags, command));
}
