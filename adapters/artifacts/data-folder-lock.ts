import { link, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UnreadableInputError } from '../../core/model/errors.js';
import { withHostLock } from '../kernel/host-lock.js';
import { isRunning, recordProcess, type RecordedProcess } from '../kernel/process-identity.js';

const identitySchema = z.object({ pid: z.number().int().positive(), startTime: z.string() });
const lockSchema = z.object({ owner: identitySchema, server: identitySchema.nullable() });
type LockContent = z.output<typeof lockSchema>;

export interface DataFolderLock {
  /** Writes down the server that belongs to this folder, so that the next owner finds it when this one is killed. */
  recordServer(pid: number): Promise<void>;
  release(): Promise<void>;
}

/** Ending a server that does not want to end takes ten seconds; twenty who wait behind that wait for one. */
const takeOverWithinMs = 60_000;

async function readLock(file: string): Promise<LockContent | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return lockSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Complete or not there at all: a lock is never seen half written. */
async function tryCreate(file: string, content: LockContent): Promise<boolean> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(content), { mode: 0o600 });
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** SIGTERM, then SIGKILL after five seconds. Only a process that is still the recorded one is touched. */
async function endProcess(recorded: RecordedProcess): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await isRunning(recorded))) return;
    process.kill(recorded.pid, signal);
    for (let waited = 0; waited < 5000 && (await isRunning(recorded)); waited += 50) await delay(50);
  }
}

/**
 * Takes a data folder for this process. The lock of an owner that is gone is taken over, and the server that it had recorded is ended.
 * Throws UnreadableInputError when its owner lives. `say` gets one line when something was taken over.
 */
export async function lockDataFolder(directory: string, say: (line: string) => void): Promise<DataFolderLock> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'dev.lock');
  const owner = await recordProcess(process.pid);
  if (owner === null) throw new Error(`process ${process.pid} cannot be identified`);
  let content: LockContent = { owner, server: null };
  // Look, removal and own entry are one step for everybody: whoever removes what it found stale would remove a fresh lock that came in between.
  await withHostLock(`dev ${await realpath(directory)}`, AbortSignal.timeout(takeOverWithinMs), async () => {
    while (!(await tryCreate(file, content))) await takeOver(file, directory, say);
  });
  return {
    recordServer: async (pid) => {
      content = { ...content, server: await recordProcess(pid) };
      const temporary = `${file}.${process.pid}.tmp`;
      await writeFile(temporary, JSON.stringify(content), { mode: 0o600 });
      await rename(temporary, file);
    },
    release: async () => {
      if ((await readLock(file))?.owner.pid === process.pid) await rm(file, { force: true });
    },
  };
}

/** Removes the lock of an owner that is gone, and ends what it left. Throws UnreadableInputError when its owner lives. */
async function takeOver(file: string, directory: string, say: (line: string) => void): Promise<void> {
  const found = await readLock(file);
  if (found !== null && (await isRunning(found.owner))) {
    throw new UnreadableInputError(
      `data folder: expected ${directory} to be free, but perf-responder dev with process id ${found.owner.pid} runs on it; stop that one, or choose another folder with --data`,
    );
  }
  if (found?.server !== undefined && found.server !== null && (await isRunning(found.server))) {
    say(`ending the Temporal server (process ${found.server.pid}) that a killed dev left behind`);
    await endProcess(found.server);
  }
  await rm(file, { force: true });
}
