import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { runtimes } from '../../core/runtimes/registry.js';
import { commandLine, linkOf, readProc, readStat } from './process-files.js';

/** The executable and what kind of program it is. The executable of another user's process is known by its name only. */
export function detectRuntime(pid: number): { executable: string; runtime: string } {
  // The kernel marks an executable that was replaced by an upgrade.
  const link = linkOf(`${pid}/exe`)?.replace(/ \(deleted\)$/, '') ?? null;
  const executable = link ?? (commandLine(pid).split(' ')[0] || readStat(pid)?.name || '');
  const name = basename(executable);
  const byName = runtimes.find((runtime) => runtime.executable?.test(name) === true);
  if (byName !== undefined) return { executable, runtime: byName.id };
  const maps = readProc(`${pid}/maps`) ?? '';
  const byLibrary = runtimes.find((runtime) => runtime.library?.test(maps) === true);
  if (byLibrary !== undefined) return { executable, runtime: byLibrary.id };
  if (link === null) return { executable, runtime: 'unknown' };
  const start = startOf(pid);
  const byContent = runtimes.find((runtime) => runtime.isProgram?.(start) === true);
  return { executable, runtime: byContent?.id ?? 'native' };
}

/** The first 64 kB of the executable as Latin-1; empty when it cannot be read. */
function startOf(pid: number): string {
  try {
    const file = openSync(`/proc/${pid}/exe`, 'r');
    try {
      const start = Buffer.alloc(65_536);
      readSync(file, start, 0, start.length, 0);
      return start.toString('latin1');
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
