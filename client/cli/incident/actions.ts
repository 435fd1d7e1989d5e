import type { Command } from 'commander';
import { actionItems, lintActions } from '../../../core/command/postmortem/action-items.js';
import type { ActionRow } from '../../../core/command/incident/findings.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { addActionUpdate, closeActionUpdate } from '../../../workflows/command/messages.js';
import type { CommandClient } from '../../temporal/command-client.js';
import { tryReadCatalog, type CommandContext } from '../command-context.js';
import { byOption } from '../incident-options.js';
import { actor, incidentId, withCommand } from './incident-access.js';

interface Flags {
  by?: string;
  add?: string;
  priority: string;
  type: string;
  owner?: string;
  due?: string;
  done?: string;
  accept?: string;
  evidence?: string;
}

async function change(incidents: CommandClient, context: CommandContext, id: string, flags: Flags): Promise<void> {
  const { add, priority, type, owner, due, done, accept, evidence } = flags;
  const by = await actor(context, flags);
  const closed = done ?? accept;
  if (add !== undefined && closed !== undefined)
    throw new UnreadableInputError('expected one of --add, --done, --accept, got several; call once for each');
  if (add !== undefined) {
    const title = await incidents.keepText(add);
    await incidents.update(id, addActionUpdate, { title, priority, type, by, ...(owner && { owner }), ...(due && { due }) });
  }
  if (closed === undefined) return;
  if (evidence === undefined)
    throw new UnreadableInputError(
      `expected --evidence with what shows that ${closed} is settled, got none; write e.g. --evidence "merged in #412"`,
    );
  const request = {
    action: closed,
    to: done === undefined ? 'accepted' : 'done',
    evidence: await incidents.keepText(evidence),
    by,
  } as const;
  await incidents.update(id, closeActionUpdate, request);
}

function line({ id, priority, type, title, owner, due, state }: ActionRow): string {
  return `${id.padEnd(6)} ${state.padEnd(8)} ${priority} ${type.padEnd(8)} ${title}  (${owner ?? 'no owner'}, due ${due ?? 'never'})`;
}

async function actions(id: string, flags: Flags, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    await change(incidents, context, id, flags);
    const [status, catalog] = [await incidents.status(id), await tryReadCatalog(context)];
    const items = actionItems(status, (service) => catalog?.services[service]?.owner?.[0] ?? null);
    const lint = lintActions(status, items);
    const advice = lint.map((one) => `${one.id ?? 'all'}: ${one.advice}`);
    context.print({ actions: items, lint }, [...items.map(line), ...(advice.length === 0 ? [] : ['', ...advice])].join('\n'));
  });
}

/** What was promised, and what should be. */
export function registerActions(group: Command): void {
  group
    .command('actions')
    .description('action items: what was promised, what the record asks for beside it, and what is wrong with either')
    .argument(...incidentId)
    .option('--add <title>', 'adds an item, which is followed until it is done')
    .option('--priority <priority>', 'of the new item: P0 (a day), P1 (a week), P2 (a month), P3 (a quarter)', 'P2')
    .option('--type <type>', 'of the new item: prevent, detect, mitigate, process', 'prevent')
    .option('--owner <person>', 'of the new item: one person or team')
    .option('--due <date>', 'of the new item: YYYY-MM-DD')
    .option('--done <item>', 'closes an item; needs --evidence')
    .option('--accept <item>', 'closes an item whose risk is accepted; needs --evidence')
    .option('--evidence <text>', 'what shows that it is settled')
    .option(...byOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident actions INC-2026-0302-001\n  $ perf-responder incident actions INC-2026-0302-001 --add "Add a timeout of 2 s to payments" --priority P1 --owner carol --due 2026-03-09\n  $ perf-responder incident actions INC-2026-0302-001 --done A-1 --evidence "merged in #412"',
    )
    .action(actions);
}
