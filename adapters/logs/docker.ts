import { EvidenceUnavailableError } from '../../core/model/errors.js';
import type { LogOrder, LogSource, LogStream } from './log-source.js';
import { runProgram } from './run-program.js';
import { parseStamped } from './stamped-lines.js';

const withinMs = 10_000;

async function read(container: string, { fromMs, signal }: LogOrder): Promise<LogStream[]> {
  const since = new Date(fromMs).toISOString();
  const { stdout, stderr, exitCode, isCut } = await runProgram('docker', ['logs', '--timestamps', '--since', since, '--', container], {
    signal,
    withinMs,
  });
  // What the container wrote to its standard error comes on docker's own, and what docker has to say as well.
  if (exitCode !== 0 && !isCut)
    throw new EvidenceUnavailableError({
      id: 'docker',
      what: 'the log of the container',
      why: `docker ended with ${exitCode ?? 'a signal'}: ${stderr.split('\n').find((line) => line.trim() !== '') ?? 'it said nothing'}`,
      remedy: 'Check that Docker runs, that this user may use it, and the name of the container (docker ps -a).',
    });
  return [
    { name: `${container} (out)`, lines: parseStamped(stdout), completeFromMs: null },
    { name: `${container} (err)`, lines: parseStamped(stderr), completeFromMs: null },
  ];
}

export const docker: LogSource<'docker'> = {
  kind: 'docker',
  title: 'a container of Docker',
  open: ({ docker: container }) =>
    container === undefined ? null : { name: `docker ${container}`, read: (order) => read(container, order) },
};
