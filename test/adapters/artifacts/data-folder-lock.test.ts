/** Real processes on the compiled lock: many starts at once on the folder of one that was killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dev-lock-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await rm(folder, { recursive: true, force: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

interface Starter {
  child: ChildProcess;
  ready: Promise<unknown>;
  /** `won`, or why not. */
  said: Promise<string>;
}

function starter(startFile: string): Starter {
  const program = resolve('test/programs/lock-data-folder.mjs');
  const lock = resolve('dist/adapters/artifacts/data-folder-lock.js');
  const child = spawn(process.execPath, [program, lock, join(folder, 'data'), startFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter(Boolean)) (waiting.shift() ?? ((one: string) => lines.push(one)))(line);
  });
  const next = (): Promise<string> => new Promise((done) => waiting.push(done));
  return { child, ready: next(), said: next() };
}

describe('the lock of a data folder', { timeout: 90_000 }, () => {
  it('goes to exactly one of twenty that start at once after kill -9, time after time', async () => {
    const first = starter(join(folder, 'go-0'));
    await writeFile(join(folder, 'go-0'), '');
    expect(await first.said).toBe('won');
    let holder = first.child;
    for (const round of [1, 2]) {
      const go = join(folder, `go-${round}`);
      const starters = Array.from({ length: 20 }, () => starter(go));
      await Promise.all(starters.map(({ ready }) => ready));
      await kill(holder);
      await writeFile(go, '');
      const said = await Promise.all(starters.map((one) => one.said));
      const winners = starters.filter((_, index) => said[index] === 'won');
      expect(winners).toHaveLength(1);
      const pid = winners[0]?.child.pid ?? 0;
      expect(said.filter((line) => line.includes(`perf-responder dev with process id ${pid} runs on it`))).toHaveLength(19);
      holder = winners[0]?.child ?? holder;
    }
  });
});
