/** What the commands on incidents that people are called for have in common. */
import type { Command } from 'commander';
import type { Actor } from '../../../core/command/incident/record-event.js';
import type { CommandClient } from '../../temporal/command-client.js';
import { besideWorker, connectFor, contextOf, storeFor, type CommandContext } from '../command-context.js';
import { whoGives } from '../identity.js';

export const incidentId = ['<incident>', 'id of the incident, as incident list shows it'] as const;

/** Connects for one command. Texts go to the store of the data folder, where the worker reads them. */
export async function withCommand<T>(
  command: Command,
  work: (incidents: CommandClient, context: CommandContext) => Promise<T>,
): Promise<T> {
  const context = contextOf(command);
  const { createCommandClient } = await import('../../temporal/command-client.js');
  const { client, close } = await connectFor(context);
  try {
    const located = await besideWorker(context, client);
    return await work(createCommandClient(client, await storeFor(located)), located);
  } finally {
    await close();
  }
}

/** Who acts, and whether a token proved it: whoever has the shell can write any name. */
export async function actor(context: CommandContext, { by }: { by?: string }): Promise<Actor> {
  const { by: person, proof } = await whoGives(context, by);
  return { person, proof };
}

/** Prints what an update left: the event, and a warning where there is one. */
export function printRecorded(
  context: CommandContext,
  id: string,
  recorded: { event: string; at: string; warning: string | null },
  done: string,
): void {
  if (recorded.warning !== null) context.say(`note: ${recorded.warning}`);
  context.print({ incidentId: id, ...recorded }, `${id}: ${done}`);
}
