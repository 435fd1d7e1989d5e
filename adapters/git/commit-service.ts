import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BuildSandbox, SandboxedCommand } from './build-sandbox.js';
import { killStrays } from './commit-processes.js';
import { startGuarded, type GuardedProcess } from '../kernel/guarded-process.js';
import { freePort } from '../kernel/free-port.js';

/** Commands of the catalog's `repository`, ready to run. Times in milliseconds. */
export interface ServiceCommands {
  build: string | null;
  start: string;
  health: string;
  reset: string | null;
  stop: string | null;
  buildTimeoutMs: number;
  startTimeoutMs: number;
  /** The whole environment of the commands, without PORT and WORKTREE. */
  env: Record<string, string>;
  /** Where builds are shut in; absent = nowhere. */
  sandbox?: BuildSandbox;
}

export interface RunningService {
  port: number;
  /** Leader of the process group that the start command became. */
  pid: number;
  stop: () => Promise<void>;
}

export type StartResult = { ok: true; service: RunningService } | { ok: false; reason: 'not-started' | 'unhealthy'; detail: string };

/** From SIGTERM to SIGKILL of a service that is stopped without a command of its own. */
const stopGraceMs = 5000;
const healthIntervalMs = 100;

/** `idle`: with the CPU and the disk that nobody else wants, so that what is measured beside it stays as it is. */
export type Priority = 'normal' | 'idle';

interface Place {
  worktree: string;
  logFile: string;
  signal: AbortSignal;
}

/** Runs one command of the catalog through `sh -c` in the worktree, in a group that does not outlive us. */
export async function runCommand(
  command: string,
  commands: ServiceCommands,
  place: Place & { port: number; timeoutMs: number; priority?: Priority; inside?: SandboxedCommand },
): Promise<{ ok: boolean; detail: string }> {
  place.signal.throwIfAborted();
  const run = startShell(command, commands, place, { port: place.port, priority: place.priority, inside: place.inside });
  const timeout = AbortSignal.timeout(place.timeoutMs);
  timeout.addEventListener('abort', run.stop, { once: true });
  place.signal.addEventListener('abort', run.stopSoon, { once: true });
  try {
    const exit = await run.exit;
    place.signal.throwIfAborted();
    if (timeout.aborted) return { ok: false, detail: `"${command}" did not end within ${place.timeoutMs / 1000} s` };
    return exit.code === 0
      ? { ok: true, detail: '' }
      : { ok: false, detail: `"${command}" ended with ${exit.code ?? exit.signal ?? 'nothing'}: ${run.lastLine()}` };
  } finally {
    timeout.removeEventListener('abort', run.stop);
    place.signal.removeEventListener('abort', run.stopSoon);
  }
}

/**
 * Starts the service of a worktree on a free port and waits until its health address answers 2xx. A cancelled one is stopped at once, whoever else
 * is still busy with its end.
 */
export async function startService(commands: ServiceCommands, place: Place): Promise<StartResult> {
  const port = await freePort();
  place.signal.throwIfAborted();
  const run = startShell(commands.start, commands, place, { port, stopCommand: commands.stop });
  place.signal.addEventListener('abort', run.stopSoon, { once: true });
  const ended: { how: string | null } = { how: null };
  void run.exit.then(
    (exit) => (ended.how = `ended with ${exit.code ?? exit.signal ?? 'nothing'}`),
    (error: unknown) => (ended.how = String(error)),
  );
  const service: RunningService = { port, pid: await run.pid.catch(() => 0), stop: () => stopService(run, place, port) };
  const deadline = Date.now() + commands.startTimeoutMs;
  let detail = 'no answer yet';
  let hasAnswered = false;
  try {
    while (Date.now() < deadline && ended.how === null) {
      detail = await askHealth(substitute(commands.health, place.worktree, port), place.signal);
      if (detail === 'healthy') return { ok: true, service };
      hasAnswered ||= detail.startsWith('status');
      await sleep(healthIntervalMs, undefined, { signal: place.signal });
    }
  } catch (error) {
    await service.stop();
    throw error;
  }
  // Before our own stop ends it, too.
  const { how } = ended;
  await service.stop();
  if (how !== null) return { ok: false, reason: 'not-started', detail: `the start command ${how}: ${run.lastLine()}` };
  return {
    ok: false,
    reason: hasAnswered ? 'unhealthy' : 'not-started',
    detail: `not healthy within ${commands.startTimeoutMs / 1000} s: ${detail}`,
  };
}

async function askHealth(url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]), redirect: 'manual' });
    await response.body?.cancel();
    return response.ok ? 'healthy' : `status ${response.status}`;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

async function stopService(run: Shell, place: Place, port: number): Promise<void> {
  if (place.signal.aborted) run.stopSoon();
  else run.stop();
  await run.exit.catch(() => undefined);
  place.signal.removeEventListener('abort', run.stopSoon);
  killStrays(place.worktree, port);
}

interface Shell extends Pick<GuardedProcess, 'pid' | 'exit' | 'stop' | 'stopSoon'> {
  lastLine: () => string;
}

/**
 * The shell sets itself back and its children inherit it. The command leads a session of its own, and Linux shares the CPU out among sessions
 * first (autogroups): without the last step an idle build took as much as anybody. Systems without these programs have at least `renice`.
 */
const becomeIdle =
  '{ chrt --idle --pid 0 $$ || renice -n 19 -p $$; ionice --class idle --pid $$; echo 19 > /proc/$$/autogroup; } >/dev/null 2>&1; ';

interface ShellOptions {
  port: number;
  priority?: Priority | undefined;
  stopCommand?: string | null;
  inside?: SandboxedCommand | undefined;
}

function startShell(command: string, commands: ServiceCommands, place: Place, options: ShellOptions): Shell {
  const { port, priority = 'normal', stopCommand = null, inside } = options;
  const env = { ...inside?.env, ...commands.env, PORT: String(port), WORKTREE: place.worktree };
  const line = `${priority === 'idle' ? becomeIdle : ''}${substitute(command, place.worktree, port)}`;
  const words: string[] = [...(inside?.prefix ?? []), '/bin/sh', '-c', line];
  const [program = '/bin/sh', ...programArguments] = words;
  const run = startGuarded(program, programArguments, {
    cwd: place.worktree,
    env,
    graceMs: stopGraceMs,
    ...(stopCommand === null ? {} : { stopCommand: substitute(stopCommand, place.worktree, port) }),
  });
  const log = createWriteStream(place.logFile, { flags: 'a' });
  let tail = '';
  run.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    log.write(chunk);
    tail = (tail + chunk).slice(-2000);
  });
  run.stderr.on('close', () => log.end());
  const { pid, exit, stop, stopSoon } = run;
  return { pid, exit, stop, stopSoon, lastLine: () => tail.trim().split('\n').at(-1)?.slice(0, 200) ?? '' };
}

export function substitute(text: string, worktree: string, port: number): string {
  return text.replaceAll('{port}', String(port)).replaceAll('{worktree}', worktree);
}
