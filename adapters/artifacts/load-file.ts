import { readLoad } from '../../core/load/read-load.js';
import type { LoadResult } from '../../core/model/load-result.js';
import { namingFile } from './naming-file.js';
import { openBytes } from './byte-source.js';

/** Reads the result of a load run; `-` is standard input. Throws UnreadableInputError for whatever cannot be read. */
export async function readLoadFile(path: string): Promise<LoadResult> {
  return await namingFile(path, async () => readLoad(await openBytes(path, 'analyze load'), path === '-' ? 'standard input' : path));
}
