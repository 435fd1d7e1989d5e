import { homedir } from 'node:os';
import { join } from 'node:path';
import { settingName } from '../../adapters/tools/tool-binaries.js';
import type { ToolName } from '../../adapters/tools/tool-pins.js';
import { environmentVariable } from '../environment.js';

/** Where the pinned programs may come from, before anything is downloaded. */
export interface ToolSettings {
  /** Explicit paths (`PERF_RESPONDER_TEMPORAL`, `PERF_RESPONDER_K6`, `PERF_RESPONDER_PY_SPY`); null = not set. */
  explicitPaths: Record<ToolName, string | null>;
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
    explicitPaths: {
      temporal: environmentVariable(settingName('temporal')),
      k6: environmentVariable(settingName('k6')),
      'py-spy': environmentVariable(settingName('py-spy')),
    },
    searchPath: environmentVariable('PATH') ?? '',
    cacheDir: join(base, 'tools'),
  };
}
