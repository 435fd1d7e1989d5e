import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readProc } from './process-files.js';

interface Hierarchy {
  version: 1 | 2;
  mountPoint: string;
  /** Part of the hierarchy that is mounted there: inside a container not the whole. */
  root: string;
}

/** Where a controller is mounted: cgroup v2, or v1 beside it (both may be there; then v1 has the controller). */
function hierarchiesOf(controller: 'cpu' | 'memory'): Hierarchy[] {
  return (readProc('self/mountinfo') ?? '').split('\n').flatMap((line): Hierarchy[] => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '/', mountPoint = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') return [{ version: 2, mountPoint, root }];
    return type === 'cgroup' && options.split(',').includes(controller) ? [{ version: 1, mountPoint, root }] : [];
  });
}

/** Folders of the process's own group and of all above it, nearest first: a limit anywhere on the way holds. */
function groupFolders(pid: number, controller: 'cpu' | 'memory' = 'cpu'): { version: 1 | 2; folder: string }[] {
  const groups = (readProc(`${pid}/cgroup`) ?? '').split('\n').map((line) => line.split(':'));
  return hierarchiesOf(controller).flatMap(({ version, mountPoint, root }) => {
    const own = groups.find(([number, controllers = '']) => (version === 2 ? number === '0' : controllers.split(',').includes(controller)));
    const path = own?.slice(2).join(':');
    if (path === undefined) return [];
    const below = root !== '/' && path.startsWith(root) ? path.slice(root.length) : path;
    return ancestors(join('/', below)).map((folder) => ({ version, folder: join(mountPoint, folder) }));
  });
}

function ancestors(path: string): string[] {
  return path === '/' ? ['/'] : [path, ...ancestors(dirname(path))];
}

function readGroup(folder: string, file: string): string | null {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return null;
  }
}

/** CPU time that the process's groups allow, in cores; null = no limit. */
export function quotaCores(pid: number): number | null {
  const quotas = groupFolders(pid).flatMap(({ version, folder }) => {
    const text = version === 2 ? readGroup(folder, 'cpu.max') : readV1Quota(folder);
    const [quota = NaN, period = NaN] = (text ?? '').trim().split(/\s+/).map(Number);
    return quota > 0 && period > 0 ? [quota / period] : [];
  });
  return quotas.length === 0 ? null : Math.min(...quotas);
}

function readV1Quota(folder: string): string {
  return `${readGroup(folder, 'cpu.cfs_quota_us') ?? ''} ${readGroup(folder, 'cpu.cfs_period_us') ?? ''}`;
}

/** Time for which the group was kept from running because its quota was used up, since it exists; the largest on the way up. Null = not told. */
export function throttledMs(pid: number): number | null {
  const times = groupFolders(pid).flatMap(({ folder }) => {
    const text = readGroup(folder, 'cpu.stat') ?? '';
    const [, microseconds] = /^throttled_usec (\d+)/m.exec(text) ?? [];
    const [, nanoseconds] = /^throttled_time (\d+)/m.exec(text) ?? [];
    if (microseconds !== undefined) return [Number(microseconds) / 1e3];
    return nanoseconds === undefined ? [] : [Number(nanoseconds) / 1e6];
  });
  return times.length === 0 ? null : Math.max(...times);
}

/** Memory that the process's groups allow, in bytes; null = no limit. Version 1 writes "no limit" as a number beyond any memory. */
export function memoryLimitBytes(pid: number): number | null {
  const limits = groupFolders(pid, 'memory').flatMap(({ version, folder }) => {
    const bytes = Number(readGroup(folder, version === 2 ? 'memory.max' : 'memory.limit_in_bytes')?.trim());
    return bytes > 0 && bytes < 2 ** 60 ? [bytes] : [];
  });
  return limits.length === 0 ? null : Math.min(...limits);
}

/** How many processes of its group the kernel killed for want of memory, since the group exists; null = not told. */
export function memoryKills(pid: number): number | null {
  const [own] = groupFolders(pid, 'memory');
  if (own === undefined) return null;
  const text = readGroup(own.folder, own.version === 2 ? 'memory.events' : 'memory.oom_control') ?? '';
  const count = /^oom_kill (\d+)/m.exec(text)?.[1];
  return count === undefined ? null : Number(count);
}
