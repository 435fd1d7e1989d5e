import { stat, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { linkOf, readProc } from '../kernel/process-files.js';

/** A py-spy that is installed for the service: one that may be run here, or why it may not. */
export type PySpyOfService = { path: string } | { path: string; whyNot: string };

/**
 * py-spy beside the interpreter of a process, or in its virtual environment; null where there is none. It is run with the rights of the worker, so one that
 * somebody else may write is not: whoever can change it would get these rights. Not looked for in containers, whose paths are those of another file system.
 */
export async function pySpyOfService(pid: number): Promise<PySpyOfService | null> {
  if (linkOf(`${pid}/ns/mnt`) !== linkOf('self/ns/mnt')) return null;
  for (const folder of foldersOf(pid)) {
    const path = await realpath(join(folder, 'py-spy')).catch(() => null);
    if (path === null || !(await isFile(path))) continue;
    const writer = await whoElseWrites(path);
    return writer === null ? { path } : { path, whyNot: `${writer}, and would be run as user ${process.geteuid?.() ?? 'unknown'}` };
  }
  return null;
}

/** `/srv/app/venv/bin` by the name with which the interpreter was started, by the variable of an activated environment, and where the interpreter itself is. */
function foldersOf(pid: number): string[] {
  const [program = ''] = (readProc(`${pid}/cmdline`) ?? '').split('\0');
  const environment = /(?:^|\0)VIRTUAL_ENV=([^\0]+)/.exec(readProc(`${pid}/environ`) ?? '')?.[1];
  const executable = linkOf(`${pid}/exe`);
  const folders = [
    ...(isAbsolute(program) ? [dirname(program)] : []),
    ...(environment === undefined ? [] : [join(environment, 'bin')]),
    ...(executable === null ? [] : [dirname(executable)]),
  ];
  return [...new Set(folders)];
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}

/** Bits of a mode: the group, or everybody, may write; of a folder, nobody may replace what belongs to others. */
const writable = 0o022;
const sticky = 0o1000;

/** Who beside root and this user may change a file or replace a folder on the way to it, in words; null = nobody. */
async function whoElseWrites(path: string): Promise<string | null> {
  for (let each = path; ; each = dirname(each)) {
    const { uid, mode } = await stat(each);
    if (uid !== 0 && uid !== process.geteuid?.()) return `${each} belongs to user ${uid}`;
    if ((mode & writable) !== 0 && (each === path || (mode & sticky) === 0)) return `${each} may be changed by others`;
    if (each === dirname(each)) return null;
  }
}
