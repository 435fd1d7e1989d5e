import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Client } from '@temporalio/client';
import { readCatalog, type Catalog } from '../../config/catalog.js';
import { dataDirectory } from '../../config/environment.js';
import type { IncidentClient } from '../temporal/incident-client.js';
import type { TemporalTarget } from '../../adapters/temporal/connection.js';
import { printable } from './printable.js';

/** Options that every command has. */
interface GlobalOptions {
  catalog: string;
  address?: string;
  namespace?: string;
  data?: string;
  json?: boolean;
}

export interface CommandContext {
  catalogFile: string;
  temporal: TemporalTarget;
  dataDirectory: string;
  isJson: boolean;
  /** One line for people, on standard error. */
  say: (line: string) => void;
  /** The result: with `--json` exactly one document, else the text; both on standard output. */
  print: (document: unknown, text: string) => void;
}

function say(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

export function contextOf(command: Command): CommandContext {
  const options: GlobalOptions = command.optsWithGlobals();
  const { address, namespace, json: isJson = false } = options;
  return {
    catalogFile: options.catalog,
    temporal: { ...(address === undefined ? {} : { address }), ...(namespace === undefined ? {} : { namespace }) },
    dataDirectory: options.data === undefined ? dataDirectory() : resolve(options.data),
    isJson,
    say,
    print: (document, text) => {
      process.stdout.write(isJson ? `${JSON.stringify(document)}\n` : `${printable(text.trimEnd())}\n`);
    },
  };
}

export interface IncidentAccess {
  incidents: IncidentClient;
  client: Client;
}

/**
 * Connects for one command; a server that does not answer is one message within seconds. Temporal's client takes half a second to load, which
 * commands that do not need it should not pay.
 */
export async function withIncidents<T>(context: CommandContext, work: (access: IncidentAccess) => Promise<T>): Promise<T> {
  const { connectClient } = await import('../../adapters/temporal/connection.js');
  const { createIncidentClient } = await import('../temporal/incident-client.js');
  const { client, close } = await connectClient(context.temporal);
  try {
    return await work({ incidents: createIncidentClient(client), client });
  } finally {
    await close();
  }
}

/** Null when there is no catalog: commands on an incident that exists do not need one. */
export async function tryReadCatalog(context: CommandContext): Promise<Catalog | null> {
  return await readCatalog(context.catalogFile).catch(() => null);
}
