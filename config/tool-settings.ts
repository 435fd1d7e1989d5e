import { homedir } from 'node:os';
import { join } from 'node:path';
import { environmentVariable } from './environment.js';

/** Where the programs `temporal` and `k6` may come from, before anything is downloaded. */
export interface ToolSettings {
  /** Explicit paths (`PERF_RESPONDER_TEMPORAL`, `PERF_RESPONDER_K6`); null = not set. */
  explicitPaths: { temporal: string | null; k6: string | null };
  /** The `PATH` to look in. */
  searchPath: string;
  /** `PERF_RESPONDER_CACHE`, else `$XDG_CACHE_HOME/perf-incident-responder`, else `~/.cache/perf-incident-responder`; then `tools`. */
  cacheDir: string;
}

export function readToolSettings(): ToolSettings {
  const base =
    environmentVariable('PERF_RESPONDER_CACHE') ??
    join(environmentVariable('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'perf-incident-responder');
  return {
    explicitPaths: { temporal: environmentVariable('PERF_RESPONDER_TEMPORAL'), k6: environmentVariable('PERF_RESPONDER_K6') },
    searchPath: environmentVariable('PATH') ?? '',
    cacheDir: join(base, 'tools'),
  };
}
