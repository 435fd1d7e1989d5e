import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ArtifactStore } from '../../adapters/artifacts/artifact-store.js';
import type { Client } from '@temporalio/client';
import { readCatalog, type Catalog } from '../../config/catalog.js';
import { dataDirectory, isDataDirectorySet, terminalSettings } from '../../config/environment.js';
import type { IncidentClient } from '../temporal/incident-client.js';
import type { TemporalTarget } from '../../adapters/temporal/connection.js';
import { shellWord } from '../../report/shell-word.js';
import { printable } from './terminal/printable.js';
import { painted } from './terminal/paint.js';
import { createTerminal, hasColour } from './terminal/terminal.js';

/** Options that every command has. */
interface GlobalOptions {
  catalog: string;
  address?: string;
  namespace?: string;
  data?: string;
  json?: boolean;
}

/** Writes one of our commands so that it can be pasted into this shell: with the global options that the current command was given. */
export type Typed = (words: string) => string;

export interface CommandContext {
  catalogFile: string;
  temporal: TemporalTarget;
  dataDirectory: string;
  /** The data folder was named by option or variable, so no other one may be used. */
  isDataNamed: boolean;
  isJson: boolean;
  typed: Typed;
  /** One line for people, on standard error. */
  say: (line: string) => void;
  /** Shows what is waited for or how far it is: a live line on a terminal; elsewhere a line if it takes long; nothing with `--json`. */
  wait: (text: string) => void;
  /** Shows progress to whoever follows: a live line on a terminal, lines elsewhere. */
  progress: (text: string) => void;
  /** Prints the result on standard output: with `--json` exactly one document, otherwise the text. */
  print: (document: unknown, text: string) => void;
}

const terminal = createTerminal(process.stderr, terminalSettings());

/** Removes what is waited for from the terminal. */
export function endWaiting(): void {
  terminal.clear();
}

/** `--address 127.0.0.1:7300`: only what was given by option, because variables of this shell also reach the next command. */
function repeatedOptions(command: Command): string[] {
  const options: GlobalOptions = command.optsWithGlobals();
  return (['catalog', 'address', 'namespace', 'data'] as const).flatMap((name) => {
    const value = options[name];
    return value === undefined || command.getOptionValueSourceWithGlobals(name) !== 'cli' ? [] : [`--${name} ${shellWord(value)}`];
  });
}

export function contextOf(command: Command): CommandContext {
  const options: GlobalOptions = command.optsWithGlobals();
  const { address, namespace, json: isJson = false } = options;
  return {
    catalogFile: options.catalog,
    temporal: { ...(address === undefined ? {} : { address }), ...(namespace === undefined ? {} : { namespace }) },
    dataDirectory: options.data === undefined ? dataDirectory() : resolve(options.data),
    isDataNamed: options.data !== undefined || isDataDirectorySet(),
    isJson,
    typed: (words) => ['perf-responder', words, ...repeatedOptions(command)].join(' '),
    say: terminal.say,
    wait: (text) => terminal.wait(text, isJson),
    progress: (text) => (terminal.isLive ? terminal.wait(text, isJson) : terminal.say(text)),
    print: (document, text) => {
      terminal.clear();
      const isColoured = hasColour(process.stdout, terminalSettings());
      process.stdout.write(isJson ? `${JSON.stringify(document)}\n` : `${painted(printable(text.trimEnd()), isColoured)}\n`);
    },
  };
}

export interface IncidentAccess {
  incidents: IncidentClient;
  client: Client;
  /** The caller's context, with the data folder of the worker if the caller named none. */
  context: CommandContext;
}

/** Artifacts of the data folder, and of the bucket where the catalog names one. */
export async function storeFor(context: CommandContext): Promise<ArtifactStore> {
  const { openArtifactStore } = await import('../../adapters/artifacts/open-store.js');
  const { artifactPlace } = await import('../../config/settings/artifact-place.js');
  return openArtifactStore(artifactPlace(await tryReadCatalog(context), context.dataDirectory));
}

/** Connects with the encryption keys of the catalog, if it has some. */
export async function connectFor(context: CommandContext): Promise<{ client: Client; address: string; close: () => Promise<void> }> {
  const { connectClient } = await import('../../adapters/temporal/connection.js');
  const { encryptedTarget } = await import('../../config/settings/payload-keys.js');
  return await connectClient(await encryptedTarget(context.temporal, await catalogWithKeys(context)));
}

/** For commands that must not wait until the catalog, or its key, can be read. It sends nothing in plain text where others encrypt, or may. */
export async function connectWithoutKey(context: CommandContext, remedy: string): ReturnType<typeof connectFor> {
  const { connectClient } = await import('../../adapters/temporal/connection.js');
  return await connectClient({ ...context.temporal, keyless: { remedy, isPlainByCatalog: false } });
}

/**
 * Without a named data folder, uses that of the worker that serves this Temporal on this machine: its reports are there, and it has to read what a command
 * writes.
 */
export async function besideWorker(context: CommandContext, client: Client): Promise<CommandContext> {
  if (context.isDataNamed) return context;
  const { findDataFolder } = await import('../temporal/running-workers.js');
  return { ...context, dataDirectory: (await findDataFolder(client)) ?? context.dataDirectory };
}

/** As `besideWorker`, for commands that need no Temporal. If none answers, the data folder stays the caller's. */
export async function besideAnyWorker(context: CommandContext): Promise<CommandContext> {
  if (context.isDataNamed) return context;
  const { resolveTemporal, connectClient } = await import('../../adapters/temporal/connection.js');
  const { isListening } = await import('../../adapters/temporal/is-listening.js');
  if (!(await isListening(resolveTemporal(context.temporal).connection.address))) return context;
  try {
    const { client, close } = await connectClient(context.temporal);
    return await besideWorker(context, client).finally(close);
  } catch {
    return context;
  }
}

/**
 * Connects for one command. A server that does not answer is reported within seconds. Temporal's client takes half a second to load, which commands without
 * it should not pay for.
 */
export async function withIncidents<T>(context: CommandContext, work: (access: IncidentAccess) => Promise<T>): Promise<T> {
  context.wait('connecting to Temporal');
  const { createIncidentClient } = await import('../temporal/incident-client.js');
  const { client, close } = await connectFor(context);
  try {
    return await work({ incidents: createIncidentClient(client), client, context: await besideWorker(context, client) });
  } finally {
    endWaiting();
    await close();
  }
}

/** If the catalog cannot be read, a command must not send in plain text what is encrypted otherwise. */
async function catalogWithKeys(context: CommandContext): Promise<Catalog | null> {
  return await readCatalog(context.catalogFile).catch(async (error: unknown) => {
    const text = await readFile(context.catalogFile, 'utf8').catch(() => '');
    if (/^encryption\s*:/m.test(text)) throw error;
    return null;
  });
}

/** Null when there is no catalog: commands on an existing incident do not need one. */
export async function tryReadCatalog(context: CommandContext): Promise<Catalog | null> {
  return await readCatalog(context.catalogFile).catch(() => null);
}
