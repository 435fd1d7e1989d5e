import { resolve } from 'node:path';
import { isForCommands } from './allowed-variables.js';

/** This file is the only reader of `process.env`. Value of one variable by name, as `{ env: NAME }` of the catalog asks for it; an empty value counts as not set. */
export function environmentVariable(name: string): string | null {
  const value = process.env[name];
  return value === undefined || value === '' ? null : value;
}

/** Artifacts, the development database and locks: `PERF_RESPONDER_DATA`, default `.perf-responder` in the working directory. */
export function dataDirectory(): string {
  return resolve(environmentVariable('PERF_RESPONDER_DATA') ?? '.perf-responder');
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
