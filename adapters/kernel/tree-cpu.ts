import { processTree, readLivingStat, readStat } from './process-files.js';

/** CPU that a process and its descendants have used so far, ended children included, in milliseconds; null when the process is gone. */
export function treeCpuMs(pid: number): number | null {
  if (readLivingStat(pid) === null) return null;
  return processTree(pid).reduce((sum, each) => {
    const stat = readStat(each);
    return stat === null ? sum : sum + stat.userMs + stat.systemMs + stat.childrenMs;
  }, 0);
}
