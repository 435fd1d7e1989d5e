import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ProgramFailedError } from '../../core/model/errors.js';
import { heldLocks } from './host-lock.js';
import { parentDeathPrefix } from './parent-death.js';

/** From SIGTERM to SIGKILL when somebody waits for a cancellation, which may take two seconds in all. */
const hurriedGraceMs = 700;
/** How long the last words of a program may take after its end. */
const lastWordsMs = 1_000;

/**
 * The guard's program, run by `node -e` so that it works from sources and from the build alike. It starts the program as leader of a process
 * group and holds a pipe to us: when the pipe closes, however we died, the stop command runs, the group gets SIGTERM and, after the grace,
 * SIGKILL. Anything that we write to the pipe shortens the grace.
 */
const guardSource = `
import { spawn } from 'node:child_process';
const { program, programArguments, graceMs, hurriedGraceMs, stopCommand, env, keepsOutput } = JSON.parse(process.argv[1]);
const tell = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
process.stdout.on('error', () => {});
const start = (command, args, output = 'ignore') => spawn(command, args, { detached: true, stdio: ['ignore', output, 'inherit'], env });
const child = start(program, programArguments, keepsOutput ? 3 : 'ignore');
const signalGroup = (leader, signal) => { try { process.kill(-leader.pid, signal); } catch {} };
let stopping, wait = graceMs, hardStop, hasEnded = false;
function kill() {
  clearTimeout(hardStop);
  if (!hasEnded) hardStop = setTimeout(() => signalGroup(child, 'SIGKILL'), wait);
}
const runStopCommand = () => new Promise((resolve) => {
  if (stopCommand === null) return resolve();
  const stopper = start('/bin/sh', ['-c', stopCommand]);
  const limit = setTimeout(() => signalGroup(stopper, 'SIGKILL'), graceMs);
  for (const event of ['exit', 'error']) stopper.on(event, () => { clearTimeout(limit); resolve(); });
});
const stop = () => stopping ??= runStopCommand().then(() => {
  if (!hasEnded) signalGroup(child, 'SIGTERM');
  kill();
});
child.on('error', (error) => { tell({ failed: error.message }); process.exit(1); });
child.on('exit', async (code, signal) => {
  hasEnded = true;
  signalGroup(child, 'SIGKILL');
  await stop();
  tell({ code, signal });
  process.stdout.end(() => process.exit(0));
});
if (child.pid !== undefined) tell({ pid: child.pid });
const hurry = () => { wait = hurriedGraceMs; void stop().then(kill); };
process.stdin.on('data', hurry);
process.on('SIGUSR2', hurry);
for (const event of ['end', 'close', 'error']) process.stdin.on(event, stop);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
`;

export interface GuardedExit {
  code: number | null;
  signal: string | null;
}

export interface GuardedProcess {
  /** Of the program itself, which is also the leader of its group. Rejects when it cannot be started. */
  pid: Promise<number>;
  exit: Promise<GuardedExit>;
  stderr: Readable;
  /** Only with `keepsOutput`. */
  stdout: Readable | null;
  /** SIGTERM now, SIGKILL after the grace. */
  stop: () => void;
  /** The same with a grace below a second, also when `stop` has begun: somebody waits for a cancellation. */
  stopSoon: () => void;
}

export interface GuardedOptions {
  cwd: string;
  /** The program's whole environment. */
  env: Record<string, string>;
  /** From SIGTERM to SIGKILL. */
  graceMs: number;
  /** A shell command that runs once before SIGTERM, or when the program has ended by itself; it has as long as the grace. */
  stopCommand?: string;
  /** Hand on what the program writes to its standard output; else it is dropped. */
  keepsOutput?: boolean;
}

/**
 * The lease is the guard's standard input; the guard is not in our group, so a Ctrl-C reaches the program only through the lease. The guard holds
 * our locks of the machine, too: should we be killed, nobody else gets them before the program is gone.
 */
export function startGuarded(program: string, programArguments: string[], options: GuardedOptions): GuardedProcess {
  const [leader = program, ...rest] = [...parentDeathPrefix(), program, ...programArguments];
  const { graceMs, stopCommand = null, env, keepsOutput = false } = options;
  const spec = JSON.stringify({ program: leader, programArguments: rest, graceMs, hurriedGraceMs, stopCommand, env, keepsOutput });
  const guard = spawn(process.execPath, ['--input-type=module', '-e', guardSource, spec], {
    cwd: options.cwd,
    env: {},
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', ...(keepsOutput ? (['pipe'] as const) : []), ...heldLocks()],
  }) as ChildProcessWithoutNullStreams;
  guard.stdin.on('error', () => undefined);
  const stdout = keepsOutput ? (guard.stdio[3] as Readable) : null;
  guard.once('exit', () => letGo(guard, stdout));
  const { pid, exit } = followGuard(guard, guard.stdout, program);
  return {
    ...{ pid, exit, stderr: guard.stderr, stdout },
    stop: () => guard.stdin.end(),
    stopSoon: () => (guard.stdin.writableEnded ? guard.kill('SIGUSR2') : guard.stdin.end('soon')),
  };
}

/** A process that left the group may keep our end of its standard error open for ever: what has not come by then is not for us. */
function letGo(guard: ChildProcessWithoutNullStreams, stdout: Readable | null): void {
  const patience = setTimeout(() => setImmediate(() => setImmediate(() => (guard.stderr.destroy(), stdout?.destroy()))), lastWordsMs);
  guard.once('close', () => clearTimeout(patience));
}

function followGuard(guard: ChildProcess, messages: Readable, program: string): { pid: Promise<number>; exit: Promise<GuardedExit> } {
  let told = '';
  messages.setEncoding('utf8').on('data', (chunk: string) => (told += chunk));
  const failure = (why: string): ProgramFailedError =>
    new ProgramFailedError({ program, exitCode: null, message: `${program} could not be run: ${why}`, retryable: false });

  const exit = new Promise<GuardedExit>((resolve, reject) => {
    guard.on('error', (error) => reject(failure(error.message)));
    guard.on('close', () => {
      const failed = /"failed":"((?:[^"\\]|\\.)*)"/.exec(told)?.[1];
      const end = /"code":(null|\d+),"signal":(?:null|"(\w+)")/.exec(told);
      const programId = toldPid(told);
      if (failed !== undefined) reject(failure(failed));
      else if (end !== null) resolve({ code: end[1] === 'null' ? null : Number(end[1]), signal: end[2] ?? null });
      else if (programId === undefined) reject(failure('its guard ended at once'));
      else {
        // The guard itself was killed: nobody watches the program any more.
        killGroup(programId);
        resolve({ code: null, signal: 'SIGKILL' });
      }
    });
  });
  const pid = new Promise<number>((resolve, reject) => {
    messages.on('data', () => {
      const programId = toldPid(told);
      if (programId !== undefined) resolve(programId);
    });
    exit.then(() => reject(failure('it ended before it began')), reject);
  });
  // A run that failed early may look at only one of the two.
  exit.catch(() => undefined);
  pid.catch(() => undefined);
  return { pid, exit };
}

function toldPid(told: string): number | undefined {
  const value = /"pid":(\d+)/.exec(told)?.[1];
  return value === undefined ? undefined : Number(value);
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
