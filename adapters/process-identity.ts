import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** A process that can be recognised later: its id alone may have been given to another one meanwhile. */
export interface ProcessIdentity {
  pid: number;
  /** As the system tells it: clock ticks since boot on Linux, a date elsewhere. Only compared. */
  startTime: string;
}

/** Field 22 of /proc/PID/stat; the command in field 2 may hold spaces and parentheses. */
async function linuxStartTime(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not noticed.
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

async function psStartTime(pid: number): Promise<string | null> {
  return await new Promise((resolve) => {
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], { timeout: 5000 }, (error, stdout) => {
      resolve(error === null && stdout.trim() !== '' ? stdout.trim() : null);
    });
  });
}

/** Null when there is no such process. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | null> {
  const startTime = process.platform === 'linux' ? await linuxStartTime(pid) : await psStartTime(pid);
  return startTime === null ? null : { pid, startTime };
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.startTime === identity.startTime;
}
