import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pySpyOfService } from '../../../adapters/profilers/py-spy-of-service.js';

let folder = '';
let program: ChildProcess | null = null;

/** A program that runs from `<environment>/bin`, as the interpreter of a virtual environment does. */
async function startIn(environment: string): Promise<number> {
  const bin = join(folder, environment, 'bin');
  await mkdir(bin, { recursive: true });
  await copyFile('/bin/sleep', join(bin, 'python'));
  program = spawn(join(bin, 'python'), ['60'], { stdio: 'ignore' });
  await once(program, 'spawn');
  return program.pid ?? 0;
}

async function install(environment: string, mode: number): Promise<string> {
  const path = join(folder, environment, 'bin', 'py-spy');
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, mode);
  return path;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'py-spy-of-service-'));
});
afterEach(async () => {
  program?.kill('SIGKILL');
  program = null;
  await rm(folder, { recursive: true, force: true });
});

describe('py-spy that comes with the service', () => {
  it('is found beside its interpreter', async () => {
    const pid = await startIn('venv');
    expect(await pySpyOfService(pid)).toBeNull();
    const path = await install('venv', 0o755);
    expect(await pySpyOfService(pid)).toEqual({ path });
  });

  it('is not run where others may write it, or replace the folder that it is in', async () => {
    const pid = await startIn('venv');
    const path = await install('venv', 0o777);
    expect(await pySpyOfService(pid)).toMatchObject({ path, whyNot: expect.stringContaining('py-spy may be changed by others') as string });
    await chmod(path, 0o755);
    await chmod(join(folder, 'venv'), 0o777);
    expect(await pySpyOfService(pid)).toMatchObject({ whyNot: expect.stringContaining('venv may be changed by others') as string });
  });
});
