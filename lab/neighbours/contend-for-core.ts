import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { startProgram } from '../stack/child-program.js';
import { compiledProgram } from '../program-path.js';

const run = promisify(execFile);

/** Confines a process of ours and `count` batch jobs to the first CPU that it may use. The undo ends the jobs and frees the process. */
export async function contendForOneCore(pid: number, count: number): Promise<() => Promise<void>> {
  const allowed = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  const core = /^\d+/.exec(allowed)?.[0] ?? '0';
  const jobs = await Promise.all(
    Array.from(
      { length: count },
      async () => await startProgram(compiledProgram('lab/neighbours/number-cruncher.js'), [], { readyWithinMs: 15_000 }),
    ),
  );
  for (const each of [pid, ...jobs.map((job) => job.pid)]) await confine(each, core);
  return async () => {
    await Promise.all(jobs.map((job) => job.stop(1000)));
    await confine(pid, allowed).catch(() => undefined);
  };
}

async function confine(pid: number, cores: string): Promise<void> {
  await run('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)]);
}
