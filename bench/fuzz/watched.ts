import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { FuzzResult } from './run.js';

/** What the child has written before the input of `seed`, or at its end. */
export interface Progress {
  seed: number;
  isDone: boolean;
  result: FuzzResult;
}

export interface WatchedRun {
  /** The program and its arguments; it writes its progress to descriptor 3. */
  program: readonly string[];
  id: string;
  firstSeed: number;
  /** One input may take this long on the clock before its process is ended. */
  endMs: number;
}

/** Damages the files of one reader in a process of its own: an input that never ends, or ends the process, is a finding with its seed, too. */
export async function fuzzWatched(run: WatchedRun): Promise<FuzzResult> {
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const path = join(folder, 'progress.json');
  const file = await open(path, 'w');
  try {
    const child = spawn(process.execPath, run.program, { stdio: ['ignore', 'inherit', 'inherit', file.fd] });
    const ended = once(child, 'exit');
    const read = (): Promise<Progress | null> => readProgress(path);
    const hung = await firstThatHangs(read, child, run.endMs);
    if (hung) child.kill('SIGKILL');
    const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    const { seed, isDone, result } = (await read()) ?? {
      seed: run.firstSeed,
      isDone: false,
      result: { id: run.id, inputs: 0, read: 0, slowestMs: 0, findings: [] },
    };
    if (isDone && code === 0) return result;
    const what = hung ? `did not end within ${run.endMs / 1000} s` : `ended the process (${signal ?? `exit code ${code ?? '?'}`})`;
    return { ...result, inputs: result.inputs + 1, findings: [...result.findings, { seed, what }] };
  } finally {
    await file.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** True = one input took longer than it may; false = the process ended before. The time to load the good files is not counted. */
async function firstThatHangs(read: () => Promise<Progress | null>, child: ChildProcess, endMs: number): Promise<boolean> {
  let last = { seed: NaN, sinceMs: 0 };
  while (child.exitCode === null && child.signalCode === null) {
    await setTimeout(Math.min(endMs / 4, 250));
    const seed = (await read())?.seed;
    if (seed === undefined) continue;
    if (seed !== last.seed) last = { seed, sinceMs: performance.now() };
    else if (performance.now() - last.sinceMs > endMs) return true;
  }
  return false;
}

/** Null = nothing was written yet. */
async function readProgress(path: string): Promise<Progress | null> {
  for (let tries = 0; tries < 20; tries++) {
    const text = await readFile(path, 'utf8');
    if (text === '') return null;
    try {
      return JSON.parse(text) as Progress;
    } catch {
      // Read between two pieces of one writing.
    }
  }
  return null;
}
