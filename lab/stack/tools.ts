import { resolveTool, type ResolvedTool } from '../../adapters/tools/tool-binaries.js';
import type { ToolName } from '../../adapters/tools/tool-pins.js';
import { readToolSettings } from '../../config/settings/tool-settings.js';

/** Finds or installs one program with the settings of the environment. */
export async function getTool(tool: ToolName, onProgress: (message: string) => void): Promise<ResolvedTool> {
  const settings = readToolSettings();
  return await resolveTool(tool, {
    explicitPath: settings.explicitPaths[tool],
    searchPath: settings.searchPath,
    cacheDir: settings.cacheDir,
    onProgress,
  });
}
