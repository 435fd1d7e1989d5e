import { stat } from 'node:fs/promises';
import { probeTool } from '../tools/tool-command.js';
import { toolPins } from '../tools/tool-pins.js';

const known = new Map<string, Promise<string | null>>();

/** Version of a k6, which is in no summary that a script writes. Asked once for each binary; null when it does not tell. */
export async function k6Version(binary: string): Promise<string | null> {
  const file = await stat(binary).catch(() => null);
  if (file === null) return null;
  const key = `${binary} ${file.size} ${file.mtimeMs}`;
  const asked = known.get(key) ?? probeTool(binary, toolPins.k6).then((found) => ('version' in found ? found.version : null));
  known.set(key, asked);
  return await asked;
}
