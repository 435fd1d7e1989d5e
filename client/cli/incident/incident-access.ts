/** What the commands on incidents that people are called for have in common. */
import type { Command } from 'commander';
import type { Actor } from '../../../core/command/incident/record-event.js';
import type { CommandClient } from '../../temporal/command-client.js';
import { nearestName } from '../../../config/nearest-name.js';
import { RefusedError } from '../../../core/model/errors.js';
import { besideWorker, connectFor, contextOf, storeFor, tryReadCatalog, type CommandContext } from '../command-context.js';
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

/** Who acts, and whether a token proved it: anybody with a shell can write any name. */
export async function actor(context: CommandContext, { by }: { by?: string }): Promise<Actor> {
  const { by: person, proof } = await whoGives(context, by);
  return { person, proof };
}

/** Accepts only a person of the catalog, if it names people: nobody would answer an offer to a mistyped name. */
export async function knownPerson(context: CommandContext, person: string): Promise<string> {
  const known = Object.keys((await tryReadCatalog(context))?.people ?? {});
  if (known.length === 0 || known.includes(person)) return person;
  const near = nearestName(person, known);
  throw new RefusedError(
    `expected one of people of the catalog (${known.join(', ')}), got ${JSON.stringify(person)}; ${near === null ? 'choose one of them' : `did you mean ${JSON.stringify(near)}?`}`,
  );
}

/** Prints what an update recorded: the event, and a warning if there is one. */
export function printRecorded(
  context: CommandContext,
  id: string,
  recorded: { event: string; at: string; warning: string | null },
  done: string,
): void {
  if (recorded.warning !== null) context.say(`note: ${recorded.warning}`);
  context.print({ incidentId: id, ...recorded }, `${id}: ${done}`);
}
