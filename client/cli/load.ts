/** `perf-responder load`: the fleet's switch. Off, no load begins anywhere, and what runs is stopped within two seconds. */
import type { Command } from 'commander';
import { UnreadableInputError } from '../../core/model/errors.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { contextOf, withIncidents } from './command-context.js';
import { byOption, type Signed } from './incident-options.js';
import { whoGives } from './identity.js';

async function load(state: string | undefined, flags: Signed, command: Command): Promise<void> {
  const context = contextOf(command);
  if (state !== undefined && state !== 'on' && state !== 'off')
    throw new UnreadableInputError(`load: expected on or off, got "${state}"; without either it tells which it is`);
  if (state !== undefined && (flags.reason ?? '').trim() === '')
    throw new UnreadableInputError(`load ${state}: expected --reason TEXT, got none; whoever finds load ${state} has to know why`);
  const { by } = await whoGives(context, flags.by);
  const reason = flags.reason ?? '';
  const { readLoadOff, switchLoadOff, switchLoadOn } = await import('../../adapters/temporal/load-control.js');
  await withIncidents(context, async ({ client }) => {
    if (state === 'on') await client.withDeadline(Date.now() + 5_000, () => switchLoadOn(client, `${reason} (${by})`));
    const off = await client.withDeadline(Date.now() + 5_000, () =>
      state === 'off' ? switchLoadOff(client, incidentsQueue, { reason, by }) : readLoadOff(client),
    );
    if (off === null) context.print({ load: 'on', since: null, by: null, reason: null }, 'load is on');
    else context.print({ load: 'off', ...off }, `load is off since ${off.since} by ${off.by}: ${off.reason}`);
  });
}

export function registerLoad(program: Command): void {
  program
    .command('load')
    .description('allow or forbid load everywhere: off stops what runs within two seconds')
    .argument('[state]', 'on or off; without either, which it is')
    .option(...byOption)
    .option('--reason <text>', 'why; needed with on and off')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder load off --reason "black friday"\n  $ perf-responder load on --reason "over"\n  $ perf-responder load --json',
    )
    .action(load);
}
