import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ProgramFailedError } from '../core/model/errors.js';

/**
 * The guard's program, run by `node -e` so that it works from sources and from the build alike. It starts the program as leader of a process
 * group and holds a pipe to us: when the pipe closes, however we died, the group gets SIGTERM and, after the grace, SIGKILL.
 */
const guardSource = `
import { spawn } from 'node:child_process';
const { program, programArguments, graceMs, env } = JSON.parse(process.argv[1]);
const tell = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
process.stdout.on('error', () => {});
const child = spawn(program, programArguments, { detached: true, stdio: ['ignore', 'ignore', 'inherit'], env });
const signalGroup = (signal) => { try { process.kill(-child.pid, signal); } catch {} };
let stopping = false;
function stop() {
  if (stopping || child.pid === undefined) return;
  stopping = true;
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), graceMs);
}
child.on('error', (error) => { tell({ failed: error.message }); process.exit(1); });
child.on('exit', (code, signal) => { signalGroup('SIGKILL'); tell({ code, signal }); process.stdout.end(() => process.exit(0)); });
if (child.pid !== undefined) tell({ pid: child.pid });
for (const event of ['end', 'close', 'error']) process.stdin.on(event, stop);
process.stdin.resume();
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
  /** SIGTERM now, SIGKILL after the grace. */
  stop: () => void;
}

export interface GuardedOptions {
  cwd: string;
  /** The program's whole environment. */
  env: Record<string, string>;
  /** From SIGTERM to SIGKILL. */
  graceMs: number;
}

/** The lease is the guard's standard input; the guard is not in our group, so a Ctrl-C reaches the program only through the lease. */
export function startGuarded(program: string, programArguments: string[], options: GuardedOptions): GuardedProcess {
  const [leader = program, ...rest] = [...parentDeathPrefix(), program, ...programArguments];
  const spec = JSON.stringify({ program: leader, programArguments: rest, graceMs: options.graceMs, env: options.env });
  const guard = spawn(process.execPath, ['--input-type=module', '-e', guardSource, spec], {
    cwd: options.cwd,
    env: {},
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  guard.stdin.on('error', () => undefined);
  const { pid, exit } = followGuard(guard, guard.stdout, program);
  return { pid, exit, stderr: guard.stderr, stop: () => guard.stdin.end() };
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

let prefix: string[] | undefined;

/** On Linux the kernel kills the program when its guard dies (util-linux's setpriv; others lack the option or the program). */
function parentDeathPrefix(): string[] {
  prefix ??= ['/usr/bin/setpriv', '/bin/setpriv']
    .filter((path) => spawnSync(path, ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore', timeout: 5_000 }).status === 0)
    .slice(0, 1)
    .flatMap((path) => [path, '--pdeathsig', 'KILL', '--']);
  return prefix;
}
