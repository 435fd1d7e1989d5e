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
