/** A lock that all processes of one user on one machine share and that ends with its holder, however that dies. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { bootId, lockFolder } from './lock-folder.js';
import { parentDeathPrefix } from './parent-death.js';

/** The locks that surround what runs now. */
const surrounding = new AsyncLocalStorage<readonly FileHandle[]>();

/**
 * File descriptors of the locks around the caller. A child that inherits them keeps the locks when we are killed; after an orderly release
 * there are none.
 */
export function heldLocks(): number[] {
  return (surrounding.getStore() ?? []).map((file) => file.fd).filter((descriptor) => descriptor > 2);
}

/**
 * Runs work while no other process of this user on this machine holds the lock of that name; containers share it when they share its folder
 * (lock-folder.ts). Waiting ends with `signal`, and is told once. On Linux only; elsewhere the work runs at once.
 */
export async function withHostLock<T>(name: string, signal: AbortSignal, work: () => Promise<T>, onWaiting?: () => void): Promise<T> {
  if (process.platform !== 'linux') return await work();
  const id = createHash('sha256')
    .update(`${await bootId()} ${name}`)
    .digest('hex')
    .slice(0, 24);
  const path = join(await lockFolder(), `${id}.lock`);
  let isTold = false;
  const tell = (): void => {
    if (!isTold) onWaiting?.();
    isTold = true;
  };
  // Whoever waits for the lock holds the turn, so that a holder that wants the lock again comes after.
  const turn = await lockFile(`${path}.turn`, signal, tell);
  let held: FileHandle;
  try {
    held = await lockFile(path, signal, tell);
  } finally {
    await turn.close();
  }
  try {
    return await surrounding.run([...(surrounding.getStore() ?? []), held], work);
  } finally {
    await held.close();
    for (const file of [path, `${path}.turn`]) await removeUnheld(file);
  }
}

const openFlags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;

async function lockFile(path: string, signal: AbortSignal, onWaiting: () => void): Promise<FileHandle> {
  for (;;) {
    signal.throwIfAborted();
    const file = await open(path, openFlags, 0o600);
    try {
      if (!(await flock(file, ['-n']))) {
        onWaiting();
        await flock(file, [], signal);
      }
      if (await isStillAt(path, file)) return file;
    } catch (error) {
      await file.close();
      throw error;
    }
    // Its last holder removed it while we waited.
    await file.close();
  }
}

/** Files of locks that nobody wants again would pile up. Only its holder may remove one, and who waited for it looks whether it is still there. */
async function removeUnheld(path: string): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW).catch(() => null);
  if (file === null) return;
  try {
    if ((await flock(file, ['-n'])) && (await isStillAt(path, file))) await unlink(path);
  } finally {
    await file.close();
  }
}

async function isStillAt(path: string, file: FileHandle): Promise<boolean> {
  const [there, ours] = await Promise.all([stat(path).catch(() => null), file.stat()]);
  return there !== null && there.ino === ours.ino && there.dev === ours.dev;
}

/**
 * Node has no flock(2), but flock(1) locks the very file that we opened: the lock stays ours when that program has ended, until the last process that
 * inherited it is gone. False: another holds it (only with `-n`).
 */
async function flock(file: FileHandle, options: string[], signal?: AbortSignal): Promise<boolean> {
  signal?.throwIfAborted();
  const [program, ...rest] = [...parentDeathPrefix(), 'flock', ...options, '3'];
  const asking = spawn(program, rest, { stdio: ['ignore', 'ignore', 'ignore', file.fd] });
  const giveUp = (): void => void asking.kill('SIGKILL');
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    const [code] = (await once(asking, 'exit')) as [number | null];
    signal?.throwIfAborted();
    if (code === 0) return true;
    if (code === 1 && options.includes('-n')) return false;
    throw new Error(`flock: expected it to lock a file, but it ended with ${code ?? 'a signal'}; install util-linux (or busybox)`);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error('flock: expected this program on PATH for the lock of this machine; install util-linux (or busybox)', {
        cause: error,
      });
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}
