import { resolveTool, type ResolvedTool } from '../adapters/tools/tool-binaries.js';
import type { ToolName } from '../adapters/tools/tool-pins.js';
import { readToolSettings } from './settings/tool-settings.js';

/** Finds a pinned program, and installs it when it is nowhere. With `allowDownload: false` only what is here already. */
export async function findTool(tool: ToolName, options: { say: (line: string) => void; allowDownload: boolean }): Promise<ResolvedTool> {
  const { explicitPaths, searchPath, cacheDir } = readToolSettings();
  return await resolveTool(tool, {
    explicitPath: explicitPaths[tool],
    searchPath,
    cacheDir,
    onProgress: options.say,
    allowDownload: options.allowDownload,
  });
}
