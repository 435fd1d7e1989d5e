import { readFile, readdir } from 'node:fs/promises';

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
