import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Each file is there whole or as it was before: a web server reads the folder meanwhile. Pages come last, so that they lead to nothing that is not there. */
export async function writeStatusFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const order = [...files].sort(([left], [right]) => Number(left === 'index.html') - Number(right === 'index.html'));
  for (const [path, content] of order) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    const draft = join(dirname(target), `.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await writeFile(draft, content, { flag: 'wx' });
      await rename(draft, target);
    } finally {
      await rm(draft, { force: true });
    }
  }
}
