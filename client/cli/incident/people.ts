import type { Command } from 'commander';
import { roleNames } from '../../../core/command/incident/roles.js';
import { severities } from '../../../core/command/severity/severity.js';
import { RefusedError } from '../../../core/model/errors.js';
import {
  acceptCommandUpdate,
  acknowledgeIncident,
  assignRoleUpdate,
  escalateUpdate,
  offerCommandUpdate,
  setSeverityUpdate,
} from '../../../workflows/command/messages.js';
import { byOption } from '../incident-options.js';
import { choiceOption } from '../option-values.js';
import { contextOf } from '../command-context.js';
import { actor, incidentId, knownPerson, printRecorded, withCommand } from './incident-access.js';

interface Flags {
  by?: string;
  to?: string;
  reason?: string;
}

async function acknowledge(id: string, flags: Flags, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    const answer = await incidents.update(id, acknowledgeIncident, { by: await actor(context, flags) });
    const text = answer.isFirst
      ? `${id}: acknowledged by ${answer.by}; the paging ladder stops`
      : `${id}: ${answer.by} was first; you are recorded, too`;
    context.print({ incidentId: id, ...answer }, text);
  });
}

async function assign(id: string, role: (typeof roleNames)[number], person: string, flags: Flags, command: Command): Promise<void> {
  await knownPerson(contextOf(command), person);
  await withCommand(command, async (incidents, context) => {
    printRecorded(
      context,
      id,
      await incidents.update(id, assignRoleUpdate, { role, person, by: await actor(context, flags) }),
      `${person} is ${role}`,
    );
  });
}

async function escalate(id: string, flags: Flags & { reason: string }, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    const { paging } = await incidents.status(id);
    const seen = flags.to === undefined && paging.level !== null ? { seen: paging.level } : {};
    const reason = await incidents.keepText(flags.reason);
    const request = { reason, by: await actor(context, flags), ...(flags.to === undefined ? {} : { to: flags.to }), ...seen };
    printRecorded(context, id, await incidents.update(id, escalateUpdate, request), `escalated to ${flags.to ?? 'the next level'}`);
  });
}

/** Lowers the severity by one; whoever was told of the higher one hears that they may stand down. */
async function deescalate(id: string, flags: Flags & { reason: string }, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    const { severity } = await incidents.status(id);
    const lower = severities[severities.indexOf(severity) + 1];
    if (lower === undefined) throw new RefusedError(`${id} is ${severity} already, which is the mildest; resolve it instead`);
    const reason = await incidents.keepText(flags.reason);
    printRecorded(
      context,
      id,
      await incidents.update(id, setSeverityUpdate, { severity: lower, reason, by: await actor(context, flags) }),
      `now ${lower}`,
    );
  });
}

async function handOver(id: string, flags: Flags & { to: string }, command: Command): Promise<void> {
  await knownPerson(contextOf(command), flags.to);
  await withCommand(command, async (incidents, context) => {
    const recorded = await incidents.update(id, offerCommandUpdate, { to: flags.to, by: await actor(context, flags) });
    printRecorded(
      context,
      id,
      recorded,
      `the command is offered to ${flags.to}, who has ten minutes: incident accept ${id} --by ${flags.to}`,
    );
  });
}

async function accept(id: string, flags: Flags, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    printRecorded(
      context,
      id,
      await incidents.update(id, acceptCommandUpdate, { by: await actor(context, flags) }),
      `${(await actor(context, flags)).person} has the command`,
    );
  });
}

/** Who is there, who leads, who is called next. */
export function registerPeople(group: Command): void {
  group
    .command('ack')
    .description('I am on it: stops the paging ladder')
    .argument(...incidentId)
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident ack INC-2026-0302-001 --by alice')
    .action(acknowledge);
  group
    .command('role')
    .description('gives somebody a role')
    .argument(...incidentId)
    .argument('<role>', roleNames.join(', '), choiceOption('role', roleNames))
    .argument('<person>', 'of people in the catalog')
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident role INC-2026-0302-001 scribe bob')
    .action(assign);
  group
    .command('escalate')
    .description('pages the next level now, or the one that is named, of either ladder')
    .argument(...incidentId)
    .option('--to <level>', 'a level of the catalog (default: the next of the paging ladder)')
    .requiredOption('--reason <text>', 'why')
    .option(...byOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident escalate INC-2026-0302-001 --reason "no progress"\n  $ perf-responder incident escalate INC-2026-0302-001 --to L4 --reason "revenue"',
    )
    .action(escalate);
  group
    .command('deescalate')
    .description('one severity down')
    .argument(...incidentId)
    .requiredOption('--reason <text>', 'why')
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident deescalate INC-2026-0302-001 --reason "one region only"')
    .action(deescalate);
  group
    .command('handover')
    .description('offers the command to somebody')
    .argument(...incidentId)
    .requiredOption('--to <person>', 'who shall take it')
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident handover INC-2026-0302-001 --to bob --by alice')
    .action(handOver);
  group
    .command('accept')
    .description('takes the command that was offered')
    .argument(...incidentId)
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident accept INC-2026-0302-001 --by bob')
    .action(accept);
}
