import type { Command } from 'commander';
import { incidentStatuses, type IncidentStatus } from '../../../core/command/incident/incident-status.js';
import { severities, type Severity } from '../../../core/command/severity/severity.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import {
  addNoteUpdate,
  correctEventUpdate,
  mergeIncidentUpdate,
  postUpdateUpdate,
  publishUpdateUpdate,
  resolveIncidentUpdate,
  setSeverityUpdate,
  setStatusUpdate,
} from '../../../workflows/command/messages.js';
import { AnsweredError } from '../exit-code.js';
import { byOption } from '../incident-options.js';
import { choiceOption } from '../option-values.js';
import { actor, incidentId, printRecorded, withCommand } from './incident-access.js';
import { pastMomentOption } from './moment-option.js';

interface Flags {
  by?: string;
  at?: string;
  reason?: string;
  pin?: boolean;
}

async function note(id: string, text: string, flags: Flags, command: Command): Promise<void> {
  if (text.trim() === '')
    throw new UnreadableInputError('expected the text of the note, got an empty one; write what happened or was found');
  await withCommand(command, async (incidents, context) => {
    const request = {
      text: await incidents.keepText(text),
      by: await actor(context, flags),
      isPinned: flags.pin === true,
      ...(flags.at === undefined ? {} : { at: flags.at }),
    };
    printRecorded(context, id, await incidents.update(id, addNoteUpdate, request), 'noted');
  });
}

async function correct(id: string, event: string, flags: Flags & { at: string; reason: string }, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    const request = { event, to: flags.at, reason: await incidents.keepText(flags.reason), by: await actor(context, flags) };
    printRecorded(
      context,
      id,
      await incidents.update(id, correctEventUpdate, request),
      `${event} happened at ${flags.at}; both times stay`,
    );
  });
}

async function severity(id: string, value: Severity, flags: Flags & { reason: string }, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    const request = { severity: value, reason: await incidents.keepText(flags.reason), by: await actor(context, flags) };
    printRecorded(context, id, await incidents.update(id, setSeverityUpdate, request), `now ${value}`);
  });
}

async function set(id: string, to: IncidentStatus, flags: Flags, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    const reason = flags.reason === undefined ? {} : { reason: await incidents.keepText(flags.reason) };
    printRecorded(
      context,
      id,
      await incidents.update(id, setStatusUpdate, { to, by: await actor(context, flags), ...reason }),
      `now ${to}`,
    );
  });
}

async function update(
  id: string,
  text: string | undefined,
  flags: Flags & { audience: 'internal' | 'external'; corrects?: string },
  command: Command,
): Promise<void> {
  if (text?.trim() === '')
    throw new UnreadableInputError('expected the text of the update, got an empty one; leave it out to have it written from the record');
  await withCommand(command, async (incidents, context) => {
    const { audience, corrects } = flags;
    const request = {
      audience,
      by: await actor(context, flags),
      ...(text === undefined ? {} : { text: await incidents.keepText(text) }),
      ...(corrects === undefined ? {} : { corrects }),
    };
    const recorded = await incidents.update(id, postUpdateUpdate, request);
    const { communications } = await incidents.status(id);
    const shown = communications.find((one) => one.id === recorded.event);
    const waits = `drafted as ${recorded.event}; incident publish ${id} ${recorded.event} puts it on the status page`;
    printRecorded(context, id, recorded, `${audience === 'internal' ? 'posted' : waits}\n\n${shown?.text ?? ''}`);
  });
}

async function publish(id: string, draft: string, flags: Flags, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    const recorded = await incidents.update(id, publishUpdateUpdate, { draft, by: await actor(context, flags) });
    printRecorded(context, id, recorded, recorded.warning === null ? `${draft} is published` : `${draft} is not published`);
    if (recorded.warning !== null) throw new AnsweredError(`${draft} is not published`, 1);
  });
}

async function resolve(id: string, flags: Flags & { summary: string }, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    const request = { summary: await incidents.keepText(flags.summary), by: await actor(context, flags) };
    printRecorded(context, id, await incidents.update(id, resolveIncidentUpdate, request), 'resolved');
  });
}

async function close(id: string, flags: Flags, command: Command): Promise<void> {
  await set(id, 'closed', flags, command);
}

async function merge(id: string, flags: Flags & { into: string }, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    // A wrong id is refused here, because an incident that was merged into nothing could not be ended by anybody.
    const { id: into } = await incidents.status(flags.into);
    printRecorded(
      context,
      id,
      await incidents.update(id, mergeIncidentUpdate, { into, by: await actor(context, flags) }),
      `merged into ${into}`,
    );
  });
}

/** What people say of an incident: notes, severity, status, updates, its end. */
export function registerSay(group: Command): void {
  group
    .command('note')
    .description('adds a note to the timeline')
    .argument(...incidentId)
    .argument('<text>', 'what happened, or what was found')
    .option('--at <time>', 'when it happened (default: now)', pastMomentOption('--at'))
    .option('--pin', 'show it first')
    .option(...byOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident note INC-2026-0302-001 "flag async-payment was enabled" --at 2026-03-02T10:15Z',
    )
    .action(note);
  group
    .command('correct')
    .description('corrects when something happened; the old time stays visible')
    .argument(...incidentId)
    .argument('<event>', 'as incident timeline shows it: T-7')
    .requiredOption('--at <time>', 'when it really happened', pastMomentOption('--at'))
    .requiredOption('--reason <text>', 'why')
    .option(...byOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident correct INC-2026-0302-001 T-7 --at 2026-03-02T10:10Z --reason "clock of the sender"',
    )
    .action(correct);
  group
    .command('severity')
    .description('sets the severity; ladders and updates follow it')
    .argument(...incidentId)
    .argument('<SEVn>', severities.join(', '), choiceOption('severity', severities))
    .requiredOption('--reason <text>', 'why')
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident severity INC-2026-0302-001 SEV1 --reason "all regions"')
    .action(severity);
  group
    .command('set')
    .description('sets the status')
    .argument(...incidentId)
    .argument('<status>', incidentStatuses.join(', '), choiceOption('status', incidentStatuses))
    .option('--reason <text>', 'why; needed to go back')
    .option(...byOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident set INC-2026-0302-001 identified\n  $ perf-responder incident set INC-2026-0302-001 investigating --reason "it is back"',
    )
    .action(set);
  group
    .command('update')
    .description('tells where things stand; an external update waits for an approval')
    .argument(...incidentId)
    .argument('[text]', 'what is known and what is done (default: written from the record)')
    .option('--audience <audience>', 'internal or external', choiceOption('--audience', ['internal', 'external'] as const), 'internal')
    .option('--corrects <draft>', 'the published update that was wrong; both stay readable')
    .option(...byOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident update INC-2026-0302-001 "Pool is doubled, errors fall"\n  $ perf-responder incident update INC-2026-0302-001 --audience external',
    )
    .action(update);
  group
    .command('publish')
    .description('approves a draft word for word and puts it on the status page')
    .argument(...incidentId)
    .argument('<draft>', 'as incident update and incident status show it: T-12')
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident publish INC-2026-0302-001 T-12 --by carol')
    .action(publish);
  group
    .command('resolve')
    .description('ends the ladders and says that it is over')
    .argument(...incidentId)
    .requiredOption('--summary <text>', 'what it was and what ended it')
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident resolve INC-2026-0302-001 --summary "Pool was too small; doubled"')
    .action(resolve);
  group
    .command('close')
    .description('closes a resolved incident after its review')
    .argument(...incidentId)
    .option('--reason <text>', 'why')
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident close INC-2026-0302-001')
    .action(close);
  group
    .command('merge')
    .description('a duplicate: its triages and services go on in the other incident')
    .argument(...incidentId)
    .requiredOption('--into <incident>', 'the incident that goes on')
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident merge INC-2026-0302-002 --into INC-2026-0302-001')
    .action(merge);
}
