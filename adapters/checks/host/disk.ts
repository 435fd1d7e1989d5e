import { statfs } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { judged, type Finding } from '../../../core/command/checks/check.js';
import { readProc } from '../../kernel/process-files.js';
import type { Check } from '../check.js';

/** Ext4 keeps 5 % for root, so that users see a full disk there; below 15 % files of a database no longer find room side by side. */
const warnShare = 0.15;
const failShare = 0.05;
/** A day's notice is enough to act by day, four hours are not. */
const warnHours = 24;
const failHours = 4;
const sampleMs = 3_000;
const gibi = 1024 ** 3;

/** What holds no files of anybody. */
const virtual =
  /^(proc|sysfs|tmpfs|devtmpfs|devpts|cgroup2?|mqueue|securityfs|debugfs|tracefs|pstore|bpf|hugetlbfs|fusectl|configfs|autofs|nsfs|squashfs|iso9660|binfmt_misc|efivarfs|ramfs|rpc_pipefs|nfsd)$/;

/** One folder of each file system that is on a device, the shortest path of it. */
export function mountedFolders(): string[] {
  const folders = new Map<string, string>();
  for (const line of (readProc('self/mountinfo') ?? '').split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , device = '', , folder = ''] = before.split(' ');
    const [type = ''] = after.split(' ');
    if (folder === '' || virtual.test(type)) continue;
    const path = folder.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const known = folders.get(device);
    if (known === undefined || path.length < known.length) folders.set(device, path);
  }
  return [...folders.values()];
}

interface Space {
  freeShare: number;
  freeBytes: number;
  /** Null: the file system makes inodes as it needs them. */
  freeInodeShare: number | null;
}

async function spaceOf(folder: string): Promise<Space> {
  const { blocks, bavail, bsize, files, ffree } = await statfs(folder);
  return { freeShare: blocks === 0 ? 1 : bavail / blocks, freeBytes: bavail * bsize, freeInodeShare: files === 0 ? null : ffree / files };
}

/** Null: it is not filling. Writes of a few seconds go up and down, so less than a GiB an hour counts as still. */
function hoursToFull(before: Space, after: Space): number | null {
  const bytesPerHour = ((before.freeBytes - after.freeBytes) / sampleMs) * 3_600_000;
  return bytesPerHour < gibi ? null : after.freeBytes / bytesPerHour;
}

async function look(folder: string, signal: AbortSignal): Promise<Finding> {
  const before = await spaceOf(folder);
  await delay(sampleMs, undefined, { signal });
  const after = await spaceOf(folder);
  const inodes = after.freeInodeShare;
  const hours = hoursToFull(before, after);
  const inodeWords = inodes === null ? '' : `, ${(inodes * 100).toFixed(0)} % of inodes`;
  const rate = hours === null ? '' : `; at the rate of these seconds it is full in ${hours.toFixed(1)} h`;
  const detail = `${(after.freeShare * 100).toFixed(0)} % free (ratio), ${(after.freeBytes / gibi).toFixed(1)} GiB${inodeWords}${rate}`;
  const least = Math.min(after.freeShare, inodes ?? 1);
  const words = {
    detail,
    command: `df -h '${folder}'; df -i '${folder}'`,
    remedy: 'Find what grows (du -x, lsof +L1 for deleted files that are still open), then runbook clean-old-logs.',
  };
  const found = judged(Math.round(least * 1000) / 1000, { warn: warnShare, fail: failShare, isLess: true }, words);
  if (found.verdict === 'fail' || hours === null || hours > warnHours) return found;
  return { ...found, verdict: hours <= failHours ? 'fail' : 'warn', remedy: words.remedy };
}

export const disk: Check = {
  id: 'host.disk',
  area: 'host',
  title: 'free bytes and inodes of every disk, hours until it is full',
  plan: () => mountedFolders().map((folder) => ({ target: folder, look: (signal) => look(folder, signal) })),
};
