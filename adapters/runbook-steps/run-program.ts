/** Programs of steps: an argv, an environment of their own, an end with their group, an output that is masked and bounded. */
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { startGuarded } from '../kernel/guarded-process.js';
import { createKeptOutput } from '../redaction/kept-output.js';
import { noAnswer, type StepContext, type StepEnding } from './step-context.js';

/** From SIGTERM to SIGKILL when a step is ended. */
const graceMs = 2_000;

/** Where the program is, as its own PATH says; null: nowhere. Looked up before the start, so that "not there" is certain. */
async function locate(program: string, { environment, directory }: StepContext): Promise<string | null> {
  const isPath = program.includes('/');
  const places = isPath ? [isAbsolute(program) ? program : resolve(directory, program)] : (environment['PATH'] ?? '').split(delimiter);
  for (const place of places) {
    const candidate = isPath ? place : join(place, program);
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  return null;
}

/** Runs a program to its end. Neither a parameter nor an output is ever read by a shell. */
export async function runProgram(argv: readonly string[], context: StepContext): Promise<StepEnding> {
  const [program = '', ...rest] = argv;
  const path = await locate(program, context);
  if (path === null)
    return { kind: 'not-begun', why: `expected the program ${program}, but it is not on this machine; install it, or set PATH` };
  if (context.signal.aborted) return { kind: 'not-begun', why: 'it was stopped before it began' };
  const { directory, environment, secrets, signal, timeoutMs } = context;
  const guarded = startGuarded(path, rest, { cwd: directory, env: environment, graceMs, keepsOutput: true });
  const stdout = createKeptOutput(secrets);
  const stderr = createKeptOutput(secrets);
  guarded.stdout?.on('data', (chunk: Buffer) => stdout.write(chunk));
  guarded.stderr.on('data', (chunk: Buffer) => stderr.write(chunk));
  const stop = (): void => guarded.stopSoon();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { code, signal: killedBy } = await guarded.exit;
    const kept = { stdout: stdout.end(), stderr: stderr.end() };
    if (signal.aborted) return { kind: 'unclear', why: `timed out: ended after ${timeoutMs / 1000} s`, stdout: kept.stdout };
    if (code === null) return { kind: 'unclear', why: `it was killed (${killedBy ?? 'no exit code'})`, stdout: kept.stdout };
    return { kind: 'ended', answer: { ...noAnswer, exit: code, ...kept } };
  } catch (error) {
    return { kind: 'not-begun', why: error instanceof Error ? error.message : String(error) };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
