import { resolve } from 'node:path';

/** This file is the only reader of `process.env`. Value of one variable by name, as `{ env: NAME }` of the catalog asks for it; an empty value counts as not set. */
export function environmentVariable(name: string): string | null {
  const value = process.env[name];
  return value === undefined || value === '' ? null : value;
}

/** Artifacts, the development database and locks: `PERF_RESPONDER_DATA`, default `.perf-responder` in the working directory. */
export function dataDirectory(): string {
  return resolve(environmentVariable('PERF_RESPONDER_DATA') ?? '.perf-responder');
}

/** Ours, Temporal's and git's: a service under test has no business with them, and a GIT_DIR would lead its build to another repository. */
const notForCommands = /^(TEMPORAL|RESPONDER|PERF_RESPONDER|GIT|NODE_V8_COVERAGE$|NODE_OPTIONS$|VITEST)/;

/** The environment of the worker for commands of the catalog's `repository`, without what is the responder's own; `extra` beats it. */
export function commandEnvironment(extra: Record<string, string>): Record<string, string> {
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || notForCommands.test(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(inherited), ...extra };
}
