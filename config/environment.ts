import { resolve } from 'node:path';
import { isForCommands } from './allowed-variables.js';

/** Where a process keeps its data: the option, else this variable, else this folder of its working directory. */
export const dataVariable = 'PERF_RESPONDER_DATA';
export const defaultDataFolder = '.perf-responder';

/** This file is the only reader of `process.env`. Value of one variable by name, as `{ env: NAME }` of the catalog asks for it; an empty value counts as not set. */
export function environmentVariable(name: string): string | null {
  const value = process.env[name];
  return value === undefined || value === '' ? null : value;
}

/** Whether a variable says where the data folder is. */
export function isDataDirectorySet(): boolean {
  return environmentVariable(dataVariable) !== null;
}

/** Artifacts, the development database and locks: `PERF_RESPONDER_DATA`, default `.perf-responder` in the working directory. */
export function dataDirectory(): string {
  return resolve(environmentVariable(dataVariable) ?? defaultDataFolder);
}

/**
 * The environment for git and for commands of the catalog's `repository`: what says where programs are (allowed-variables.ts), and `extra`, which beats
 * it. Secrets of the worker are not among it; what a build or a service needs is named in `repository.env`.
 */
export function commandEnvironment(extra: Record<string, string>): Record<string, string> {
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || !isForCommands(name, value) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(inherited), ...extra };
}

/** What says how a terminal is to be written to. */
export function terminalSettings(): { NO_COLOR?: string | undefined; TERM?: string | undefined } {
  return { NO_COLOR: process.env['NO_COLOR'], TERM: process.env['TERM'] };
}

/**
 * Takes variables that are not set here from another environment, so that what follows sees what that process sees. Returns the names taken.
 */
export function borrowVariables(names: readonly string[], from: ReadonlyMap<string, string>): string[] {
  const taken = names.filter((name) => environmentVariable(name) === null && (from.get(name) ?? '') !== '');
  for (const name of taken) process.env[name] = from.get(name);
  return taken;
}
