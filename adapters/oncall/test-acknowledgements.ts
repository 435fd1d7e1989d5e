/** Who acknowledged a test page: a file each in the data folder, so that a test needs no server but the hook. */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const folderOf = (dataDirectory: string, testId: string): string => join(dataDirectory, 'oncall-tests', testId);

/** Ids of tests, which are names of folders. */
export const testIdPattern = /^TEST-[0-9a-f]{12}$/;

/** Begins a test, so that only acknowledgements of tests that were sent are kept. */
export async function beginTest(dataDirectory: string, testId: string): Promise<void> {
  await mkdir(folderOf(dataDirectory, testId), { recursive: true, mode: 0o700 });
}

/** `first`, `again`, or `unknown` for a test that was not sent from this data folder. */
export async function acknowledgeTest(dataDirectory: string, testId: string, person: string): Promise<'first' | 'again' | 'unknown'> {
  if (!testIdPattern.test(testId) || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(person)) return 'unknown';
  try {
    await writeFile(join(folderOf(dataDirectory, testId), person), '', { flag: 'wx', mode: 0o600 });
    return 'first';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'again' : 'unknown';
  }
}

/** Person → when they acknowledged, ISO 8601. */
export async function acknowledgementsOf(dataDirectory: string, testId: string): Promise<Map<string, string>> {
  const folder = folderOf(dataDirectory, testId);
  const names = await readdir(folder);
  return new Map(await Promise.all(names.map(async (name) => [name, (await stat(join(folder, name))).mtime.toISOString()] as const)));
}
