import { listProcesses, readProc } from '../kernel/process-files.js';

/**
 * Kills what the commands of a worktree, or of any worktree below a folder, left behind: processes that made themselves independent of their group,
 * recognised by the environment that every command gets. Where there is no /proc, none are found.
 */
export function killStrays(folder: string, port?: number): void {
  for (const pid of listProcesses()) {
    if (pid !== process.pid && isStray(pid, folder, port)) kill(pid);
  }
}

function isStray(pid: number, folder: string, port: number | undefined): boolean {
  const variables = readProc(`${pid}/environ`)?.split('\0') ?? [];
  const isOfFolder = variables.some((each) => each === `WORKTREE=${folder}` || each.startsWith(`WORKTREE=${folder}/`));
  return isOfFolder && (port === undefined || variables.includes(`PORT=${port}`));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone, or not ours.
  }
}
