import { readFile, readdir, readlink } from 'node:fs/promises';

/** Live processes whose command line mentions a text (a data folder, say) and, when given, whose program has this name. */
export async function processesMentioning(text: string, program?: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [line, name] = await Promise.all([
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
      ]);
      return line.includes(text) && (program === undefined || name.trim() === program) ? pid : null;
    }),
  );
  return found.filter((pid) => pid !== null && pid !== process.pid).map(Number);
}

/** Live processes that work in a folder or below it: what a commit started there, whatever its command line says. */
export async function processesIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const place = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      // The kernel writes " (deleted)" behind a folder that is gone.
      return place === folder || place.startsWith(`${folder}/`) || place === `${folder} (deleted)` ? pid : null;
    }),
  );
  return found.filter((pid) => pid !== null);
}
