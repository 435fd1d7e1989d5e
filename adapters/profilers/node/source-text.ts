import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Is this a file, and not a part of Node or of the engine? */
export function isFile(module: string): boolean {
  return /^(?:file:\/\/|\/)/.test(module);
}

/**
 * Text of a file that a process runs, given as a path or a `file:` URL, read through the root of the process (for containers) or else here. Null when it
 * cannot be read or is larger than `maxBytes`: sources make a profile better, and none is worth a failed capture.
 */
export async function readSourceText(module: string, pid: number | null, maxBytes: number): Promise<string | null> {
  if (!isFile(module)) return null;
  try {
    const path = module.startsWith('file:') ? fileURLToPath(module) : module;
    for (const candidate of pid === null ? [path] : [`/proc/${pid}/root${path}`, path]) {
      const entry = await stat(candidate).catch(() => null);
      if (entry?.isFile() === true && entry.size <= maxBytes) return await readFile(candidate, 'utf8');
    }
    return null;
  } catch {
    return null;
  }
}
