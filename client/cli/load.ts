/** `perf-responder load`: the switch for the whole fleet. When it is off, no load begins anywhere, and running loads are stopped within two seconds. */
import type { Command } from 'commander';
import { UnreadableInputError } from '../../core/model/errors.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { connectFor, connectWithoutKey, contextOf, type CommandContext } from './command-context.js';
import { byOption, type Signed } from './incident-options.js';
import { whoGives } from './identity.js';
import { currentUser } from './option-values.js';

async function load(state: string | undefined, flags: Signed, command: Command): Promise<void> {
  const context = contextOf(command);
  if (state !== undefined && state !== 'on' && state !== 'off')
    throw new UnreadableInputError(`load: expected on or off, got "${state}"; without either it tells which it is`);
  if (state !== undefined && (flags.reason ?? '').trim() === '')
    throw new UnreadableInputError(`load ${state}: expected --reason TEXT, got none; whoever finds load ${state} has to know why`);
  const given = { reason: flags.reason ?? '', by: await nameOf(context, state, flags.by) };
  const { readLoadOff, switchLoadOff, switchLoadOn } = await import('../../adapters/temporal/load-control.js');
  context.wait('connecting to Temporal');
  const { client, close } = state === 'off' ? await connectAnyhow(context) : await connectFor(context);
  try {
    if (state === 'on') await client.withDeadline(Date.now() + 5_000, () => switchLoadOn(client, given));
    const off = await client.withDeadline(Date.now() + 5_000, () =>
      state === 'off' ? switchLoadOff(client, incidentsQueue, given) : readLoadOff(client),
    );
    if (off === null) context.print({ load: 'on', since: null, by: null, reason: null }, 'load is on');
    else context.print({ load: 'off', ...off }, `load is off since ${off.since} by ${off.by}: ${off.reason}`);
  } finally {
    await close();
  }
}

/** Whoever has to stop all load has no time to repair a catalog: what cannot be read of it is reported and ignored. */
async function orWithout<T>(context: CommandContext, work: () => Promise<T>, without: (why: string) => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnreadableInputError)) throw error;
    context.say(`note: ${error.message}; load is switched off without it`);
    return await without(error.message);
  }
}

async function nameOf(context: CommandContext, state: string | undefined, by: string | undefined): Promise<string> {
  const proven = async (): Promise<string> => (await whoGives(context, by)).by;
  return state === 'off' ? await orWithout(context, proven, () => by ?? currentUser()) : await proven();
}

function connectAnyhow(context: CommandContext): ReturnType<typeof connectFor> {
  return orWithout(
    context,
    () => connectFor(context),
    (why) => connectWithoutKey(context, why),
  );
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
