import { execFile } from 'node:child_process';
import { readLivingStat } from './process-files.js';

/** A process that can be recognised later: its id alone may have been given to another one meanwhile. */
export interface RecordedProcess {
  pid: number;
  /** As the system tells it: clock ticks since boot on Linux, a date elsewhere. Only compared. */
  startTime: string;
}

async function psStartTime(pid: number): Promise<string | null> {
  return await new Promise((resolve) => {
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], { timeout: 5000 }, (error, stdout) => {
      resolve(error === null && stdout.trim() !== '' ? stdout.trim() : null);
    });
  });
}

/** Null when there is no such process. */
export async function recordProcess(pid: number): Promise<RecordedProcess | null> {
  const startTime = process.platform === 'linux' ? (readLivingStat(pid)?.startTicks.toString() ?? null) : await psStartTime(pid);
  return startTime === null ? null : { pid, startTime };
}

export async function isRunning(recorded: RecordedProcess): Promise<boolean> {
  return (await recordProcess(recorded.pid))?.startTime === recorded.startTime;
}
