import { chmod, lstat, mkdir, readFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Where the locks of this user on this machine are: a folder that nobody else may enter, so that nobody else can hold one. The home folder is that of the
 * account, not of the environment, which differs between a service and a terminal; without one that can be written to (containers), a folder in `/tmp`.
 * Rejects when somebody else put such a folder there.
 */
export async function lockFolder(candidates: readonly string[] = usualFolders()): Promise<string> {
  const refusals: string[] = [];
  for (const folder of candidates) {
    const why = await whyNotOurs(folder);
    if (why === null) return folder;
    refusals.push(`${folder}: ${why}`);
  }
  throw new Error(
    `locks: expected a folder that this user owns and nobody else may enter, got none (${refusals.join('; ')}); remove what is there, or make one of them writable`,
  );
}

function usualFolders(): string[] {
  const uid = process.getuid?.() ?? 0;
  return [join(accountHome(), '.cache', 'perf-incident-responder', 'locks'), `/tmp/perf-incident-responder-${uid}`];
}

/** A container may run as a number that no account has. */
function accountHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homedir();
  }
}

async function whyNotOurs(folder: string): Promise<string | null> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    if (!found.isDirectory()) return 'it is no folder';
    if (found.uid !== process.getuid?.()) return `it belongs to user ${found.uid}`;
    if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Of this start of the machine, and the same in all its containers: a folder on a network drive does not make one lock of two machines. */
export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}
