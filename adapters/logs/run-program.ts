import { execa } from 'execa';
import { commandEnvironment, environmentVariable } from '../../config/environment.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';

/** What tells these programs where their server is. They are the operator's own, and no code of the service runs in them. */
const servers = ['KUBECONFIG', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'] as const;

export interface ProgramOutput {
  stdout: string;
  stderr: string;
  exitCode: number | null;
  /** There was more than was kept: the end is missing. */
  isCut: boolean;
}

const keptBytes = 16 * 1024 * 1024;

/**
 * Runs a program that only reads, with its arguments as they are and never a shell, and gives what it said whatever its exit code. A program that is
 * not installed is an EvidenceUnavailableError; one that does not end in time is killed and is one, too.
 */
export async function runProgram(
  program: string,
  programArguments: readonly string[],
  { signal, withinMs }: { signal: AbortSignal; withinMs: number },
): Promise<ProgramOutput> {
  const env = Object.fromEntries(
    servers
      .flatMap((name) => [[name, environmentVariable(name)] as const])
      .filter((entry): entry is [(typeof servers)[number], string] => entry[1] !== null),
  );
  const result = await execa(program, programArguments, {
    env: commandEnvironment(env),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: withinMs,
    cancelSignal: signal,
    killSignal: 'SIGKILL',
    maxBuffer: keptBytes,
    stripFinalNewline: false,
  });
  signal.throwIfAborted();
  const unavailable = (why: string, remedy: string): EvidenceUnavailableError =>
    new EvidenceUnavailableError({ id: program, what: `what ${program} tells`, why, remedy });
  if (result.code === 'ENOENT') throw unavailable(`${program} is not installed here`, `Install ${program}, or run this where it is.`);
  if (result.timedOut)
    throw unavailable(`${program} did not end within ${withinMs / 1000} s`, `Try it by hand: ${[program, ...programArguments].join(' ')}`);
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode ?? null, isCut: result.isMaxBuffer };
}
