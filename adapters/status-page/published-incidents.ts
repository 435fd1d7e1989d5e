/** What was published, one file an incident in the data folder: the status page is made of these alone, so it stands when everything else is down. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublicIncident } from '../../core/command/communication/public-incident.js';

const nameOf = /^INC-\d{4}-\d{4}-\d{3,9}\.json$/;

function folderOf(dataDirectory: string): string {
  return join(dataDirectory, 'status-page');
}

/** Whole or not there, whatever ends in the middle; the same incident again replaces itself. */
export async function writePublished(dataDirectory: string, incident: PublicIncident): Promise<void> {
  const folder = folderOf(dataDirectory);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${incident.id}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(draft, `${JSON.stringify(incident)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(draft, join(folder, `${incident.id}.json`));
  } finally {
    await rm(draft, { force: true });
  }
}

/** Changes with every publication; null: nothing was published yet. */
export async function publishedVersion(dataDirectory: string): Promise<string | null> {
  return stat(folderOf(dataDirectory)).then(
    ({ mtimeMs }) => String(mtimeMs),
    () => null,
  );
}

/** Newest first. One file that cannot be read hides no other. */
export async function readPublished(dataDirectory: string): Promise<PublicIncident[]> {
  const folder = folderOf(dataDirectory);
  const names = await readdir(folder).catch((): string[] => []);
  const read = async (name: string): Promise<PublicIncident[]> => {
    try {
      // Written by `writePublished` of this product only.
      return [JSON.parse(await readFile(join(folder, name), 'utf8')) as PublicIncident];
    } catch {
      return [];
    }
  };
  const found = await Promise.all(names.filter((name) => nameOf.test(name)).map(read));
  return found.flat().sort((left, right) => Date.parse(right.createdAt) - Date.parse(left.createdAt) || right.id.localeCompare(left.id));
}
