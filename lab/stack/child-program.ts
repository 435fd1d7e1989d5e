import { spawn, type ChildProcess } from 'node:child_process';
import { basename } from 'node:path';

/** Process groups that were started and have not ended: what must be gone when the lab ends, however it ends. */
const liveGroups = new Map<ChildProcess, number>();

/** Whose end is wanted. */
const toldToEnd = new WeakSet<ChildProcess>();
const unwantedEnds: (() => string)[] = [];

/** What of the lab ended by itself or was killed by somebody else, in words, the latest last: whatever was measured meanwhile tells nothing. */
export function unexpectedEnds(): string[] {
  return unwantedEnds.map((inWords) => inWords());
}

export function expectEnd(child: ChildProcess): void {
  toldToEnd.add(child);
}

/** From now on an end that nobody wanted is told at once: with exit code or signal, and what was said last. */
export function watchEnd(child: ChildProcess, name: string, lastWords: () => string): void {
  child.once('exit', (code, signal) => {
    if (toldToEnd.has(child)) return;
    const inWords = (): string => {
      const said = lastWords().trim().split('\n').slice(-5).join('\n');
      return `${name} (process ${child.pid ?? 0}) ended by itself: ${endInWords(code, signal)}${said === '' ? '' : `; it said last:\n${said}`}`;
    };
    unwantedEnds.push(inWords);
    // What it said last may still be on its way.
    setTimeout(() => process.stderr.write(`${inWords()}\n`), 100);
  });
}

function endInWords(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ?? `exit code ${String(code)}`;
}

/** Remembers the leader of a process group until it ends. */
export function trackGroup(leader: ChildProcess): void {
  if (leader.pid === undefined) return;
  liveGroups.set(leader, leader.pid);
  leader.once('exit', () => liveGroups.delete(leader));
}

/** Ends what is still there: asks first, then kills. For interrupts in the middle of a start. */
export async function stopLiveGroups(): Promise<void> {
  await Promise.all([...liveGroups.keys()].map((leader) => stopChild(leader, 5000)));
}

process.once('exit', () => {
  for (const pid of liveGroups.values()) killGroup(pid);
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}

export interface ChildProgram {
  pid: number;
  /** The first line that the program printed, parsed. */
  ready: unknown;
  /** Last lines of its standard error. */
  lastWords: () => string;
  stop: (graceMs?: number) => Promise<void>;
}

export interface StartProgramOptions {
  environment?: Record<string, string>;
  readyWithinMs: number;
  /** What runs the program; Node when absent. */
  interpreter?: string;
  /** Options of Node itself. */
  nodeArguments?: string[];
  cwd?: string;
  /** Lines of standard error as they come. */
  onLine?: (line: string) => void;
}

/**
 * Starts a program in a process group of its own (Ctrl-C in the terminal does not reach it) and waits for its first line, which is
 * JSON. Rejects with its last words when it ends or is not ready in time.
 */
export async function startProgram(program: string, programArguments: string[], options: StartProgramOptions): Promise<ChildProgram> {
  const child = spawn(options.interpreter ?? process.execPath, [...(options.nodeArguments ?? []), program, ...programArguments], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  trackGroup(child);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
    for (const line of chunk.toString().split('\n')) if (line.trim() !== '') options.onLine?.(line);
  });
  const stop = async (graceMs = 5000) => {
    await stopChild(child, graceMs);
  };
  try {
    const ready = await firstLine(child, options.readyWithinMs, () => said);
    watchEnd(child, basename(program), () => said);
    return { pid: child.pid ?? 0, ready: JSON.parse(ready) as unknown, lastWords: () => said, stop };
  } catch (error) {
    await stop(500);
    throw new Error(`${program} did not start: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function firstLine(child: ChildProcess, withinMs: number, lastWords: () => string): Promise<string> {
  return await new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      reject(new Error(`not ready within ${withinMs / 1000} s. ${lastWords().trim()}`));
    }, withinMs);
    child.stdout?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
      const end = output.indexOf('\n');
      if (end === -1) return;
      clearTimeout(timer);
      resolve(output.slice(0, end));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`it ended with ${endInWords(code, signal)}. ${lastWords().trim()}`));
    });
  });
}

/** SIGTERM, and after `graceMs` SIGKILL for the whole group. */
async function stopChild(child: ChildProcess, graceMs: number): Promise<void> {
  expectEnd(child);
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const pid = child.pid;
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  child.kill('SIGTERM');
  const impatience = setTimeout(() => {
    killGroup(pid);
  }, graceMs);
  await ended;
  clearTimeout(impatience);
}
