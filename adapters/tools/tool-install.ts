import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Puts a binary in its place in one step: other processes see all of it or nothing. */
export async function installBinary(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const temporary = join(dirname(to), `.${randomUUID()}`);
  try {
    await copyFile(from, temporary);
    await chmod(temporary, 0o755);
    await rename(temporary, to);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Lets one process at a time install into `lockPath`'s neighbour. A lock whose owner is gone is taken over; the installation itself is
 * atomic, so the worst that a lost race can do is to download twice.
 */
export async function withInstallLock<T>(lockPath: string, onWaiting: () => void, install: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lockPath), { recursive: true });
  for (let waits = 0; !(await takeLock(lockPath)); waits++) {
    if (waits === 0) onWaiting();
    if (await isAbandoned(lockPath)) await rename(lockPath, `${lockPath}.${randomUUID()}.stale`).catch(() => undefined);
    else await sleep(200);
  }
  try {
    return await install();
  } finally {
    await rm(lockPath, { force: true });
  }
}

async function takeLock(lockPath: string): Promise<boolean> {
  try {
    await writeFile(lockPath, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A build takes two minutes; after fifteen the owner hangs or its process id was given to somebody else. */
const lockLifetimeMs = 15 * 60_000;

async function isAbandoned(lockPath: string): Promise<boolean> {
  try {
    const [owner, { mtimeMs }] = await Promise.all([readFile(lockPath, 'utf8'), stat(lockPath)]);
    const ageMs = Date.now() - mtimeMs;
    if (ageMs > lockLifetimeMs) return true;
    // An empty file is a lock that is being written this moment.
    return owner === '' ? ageMs > 5000 : !isAlive(Number(owner));
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
