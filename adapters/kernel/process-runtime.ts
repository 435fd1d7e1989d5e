import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { ProcessObservation } from '../../core/model/observation.js';
import { commandLine, linkOf, readProc, readStat } from './process-files.js';

type Runtime = ProcessObservation['runtime'];

const runtimesByName: [Runtime, RegExp][] = [
  ['node', /^node(js)?(-?\d[\d.]*)?$/],
  ['python', /^(python|pypy)[\d.]*$/],
  ['java', /^java$/],
  ['ruby', /^(ruby|truffleruby)[\d.]*$/],
];
/** Runtimes inside another program (uwsgi, mod_wsgi, a launcher) show by their library. */
const runtimesByLibrary: [Runtime, RegExp][] = [
  ['java', /\/libjvm\.so/],
  ['python', /\/libpython\d[\w.]*\.so/],
  ['ruby', /\/libruby[\w.-]*\.so/],
  ['node', /\/libnode[\w.]*\.so/],
];

/** The executable and what kind of program it is. The executable of another user's process is known by its name only. */
export function detectRuntime(pid: number): { executable: string; runtime: Runtime } {
  // The kernel marks an executable that was replaced by an upgrade.
  const link = linkOf(`${pid}/exe`)?.replace(/ \(deleted\)$/, '') ?? null;
  const executable = link ?? (commandLine(pid).split(' ')[0] || readStat(pid)?.name || '');
  const name = basename(executable);
  const byName = runtimesByName.find(([, pattern]) => pattern.test(name))?.[0];
  if (byName !== undefined) return { executable, runtime: byName };
  const maps = readProc(`${pid}/maps`) ?? '';
  const byLibrary = runtimesByLibrary.find(([, pattern]) => pattern.test(maps))?.[0];
  if (byLibrary !== undefined) return { executable, runtime: byLibrary };
  if (link === null) return { executable, runtime: 'unknown' };
  return { executable, runtime: isGoProgram(pid) ? 'go' : 'native' };
}

/** The Go linker puts its build id near the start of every binary: as an ELF note, or in front of the code. */
function isGoProgram(pid: number): boolean {
  try {
    const file = openSync(`/proc/${pid}/exe`, 'r');
    try {
      const start = Buffer.alloc(65_536);
      readSync(file, start, 0, start.length, 0);
      return (
        start.includes('Go build ID: "') ||
        start.includes('\xff Go build ID', 0, 'latin1') ||
        start.includes('\x04\0\0\0Go\0\0', 0, 'latin1')
      );
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
