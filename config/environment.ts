import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** All settings that come from the process environment. This file is the only reader of `process.env`. */
export interface Environment {
  /** Artifacts, the development database, tool cache and locks. `PERF_RESPONDER_DATA`, default `.perf-responder` in the working directory. */
  dataDirectory: string;
  /** Explicit program paths: `PERF_RESPONDER_TEMPORAL`, `PERF_RESPONDER_K6`. */
  temporalPath: string | null;
  k6Path: string | null;
  /** `PATH`, where programs are looked for. */
  searchPath: string;
  /** Downloaded tools, shared by all projects of this user. `PERF_RESPONDER_CACHE`, default below the user's cache directory. */
  toolCacheDirectory: string;
}

/** Value of one variable by name, as `{ env: NAME }` of the catalog asks for it; an empty value counts as not set. */
export function environmentVariable(name: string): string | null {
  const value = process.env[name];
  return value === undefined || value === '' ? null : value;
}

export function readEnvironment(): Environment {
  return {
    dataDirectory: resolve(environmentVariable('PERF_RESPONDER_DATA') ?? '.perf-responder'),
    temporalPath: environmentVariable('PERF_RESPONDER_TEMPORAL'),
    k6Path: environmentVariable('PERF_RESPONDER_K6'),
    searchPath: environmentVariable('PATH') ?? '',
    toolCacheDirectory: resolve(
      environmentVariable('PERF_RESPONDER_CACHE') ??
        join(environmentVariable('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'perf-incident-responder'),
    ),
  };
}
