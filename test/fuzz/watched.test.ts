import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzWatched } from '../../bench/fuzz/watched.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fuzz-watched-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const begin = `
import { writeSync } from 'node:fs';
const result = (inputs) => ({ id: 'a', inputs, read: 1, slowestMs: 2, findings: [{ seed: 4, what: 'an earlier one' }] });
const write = (progress) => writeSync(3, JSON.stringify(progress).padEnd(200), 0);
for (const seed of [5, 6, 7]) write({ seed, isDone: false, result: result(seed - 5) });
`;

async function watch(name: string, end: string): Promise<Awaited<ReturnType<typeof fuzzWatched>>> {
  const script = join(folder, `${name}.mjs`);
  await writeFile(script, `${begin}\n${end}\n`);
  return fuzzWatched({ program: [script], id: 'a', firstSeed: 5, endMs: 2000 });
}

describe('a reader in a process of its own', () => {
  it('that ends well tells what it found', async () => {
    const ended = await watch('well', 'write({ seed: 8, isDone: true, result: { ...result(3), findings: [] } });');
    expect(ended).toEqual({ id: 'a', inputs: 3, read: 1, slowestMs: 2, findings: [] });
  });

  it('that never ends is ended, and the input named beside what was found before', async () => {
    const { inputs, findings } = await watch('endless', 'for (;;);');
    expect(inputs).toBe(3);
    expect(findings).toEqual([
      { seed: 4, what: 'an earlier one' },
      { seed: 7, what: 'did not end within 2 s' },
    ]);
  });

  it.each([
    ['exits', 'process.exit(3);', 'ended the process (exit code 3)'],
    ['dies', "process.kill(process.pid, 'SIGKILL');", 'ended the process (SIGKILL)'],
  ])('that %s in the midst of an input names it', async (name, end, what) => {
    const { findings } = await watch(name, end);
    expect(findings.at(-1)).toEqual({ seed: 7, what });
  });
});
