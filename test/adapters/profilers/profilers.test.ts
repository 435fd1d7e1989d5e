import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { identifyProcess } from '../../../adapters/kernel/processes.js';
import { chooseProfiler } from '../../../adapters/profilers/choose-profiler.js';
import type { ProfileOrder, ServiceProcess } from '../../../adapters/profilers/profiler.js';
import { profilers } from '../../../adapters/profilers/registry.js';
import { findTool } from '../../../config/find-tool.js';
import type { EvidenceUnavailableError } from '../../../core/model/errors.js';
import { runtimes } from '../../../core/runtimes/registry.js';
import { summarizeProfile } from '../../../core/profile/summarize.js';
import { startClosedLoop } from '../../support/services/closed-loop.js';
import { startPythonService } from '../../support/services/python-service.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const tool: ProfileOrder['tool'] = async (name) => (await findTool(name, { say: () => undefined, allowDownload: true })).path;

function order(durationMs: number, signal = new AbortController().signal): ProfileOrder {
  return { delayMs: 0, durationMs, signal, onProgress: () => undefined, tool };
}

async function identify(pid: number): Promise<ServiceProcess> {
  const { runtime, usableCores } = await identifyProcess(pid);
  return { pid, runtime, usableCores };
}

describe('the registry of profilers', () => {
  it('names each once, and only runtimes that are known', () => {
    const names = profilers.flatMap(({ name, otherNames }) => [name, ...(otherNames ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    const known = [...runtimes.map(({ id }) => id), 'native'];
    expect(profilers.flatMap((profiler) => profiler.runtimes).filter((runtime) => !known.includes(runtime))).toEqual([]);
  });

  it('says which runtimes have one when the process has none', async () => {
    const java = { pid: process.pid, runtime: 'java', usableCores: 1 };
    const known = profilers.flatMap((profiler) => profiler.runtimes).join(', ');
    await expect(chooseProfiler(java, null, { tool })).rejects.toMatchObject({
      missing: { id: 'profile', why: `there is no profiler here for java (process ${process.pid}); there are for ${known}` },
    });
  });
});

describe('py-spy', { timeout: 120_000 }, () => {
  it('finds the hot function of a Python service with its file and line, as CPU time, and leaves the service alive', async () => {
    const service = await startPythonService();
    open.push(service.stop);
    const load = await startClosedLoop({ port: service.port, path: '/', clients: 2 });
    const waiting = await startClosedLoop({ port: service.port, path: '/nap', clients: 2 });
    open.push(load.stop, waiting.stop);
    const target = await identify(service.pid);
    expect(target.runtime).toBe('python');
    const profiler = await chooseProfiler(target, null, { tool });
    expect(profiler.name).toBe('py-spy');
    const { profile, context, raw, standing } = await profiler.capture(target, order(4000));
    const summary = summarizeProfile(profile, context);
    expect(summary).toMatchObject({ kind: 'cpu', unit: 'seconds', format: 'speedscope' });
    expect(summary.leaves[0]).toMatchObject({ frame: 'rate_basket', category: 'application' });
    expect(summary.leaves[0]?.selfShare).toBeGreaterThan(0.5);
    expect(summary.quality.checks.find(({ id }) => id === 'kind')).toMatchObject({ ok: true });
    expect(raw.name).toMatch(/speedscope/);
    // Requests that wait beside it stand at the line of their sleep; a look that pauses nothing may miss who runs, which the profile tells.
    expect(standing?.sites).toContainEqual(
      expect.objectContaining({ frame: { name: 'Shop.do_GET', module: '<string>', line: 15 }, isInLoop: false }),
    );
    expect((await fetch(`http://127.0.0.1:${service.port}/nap`)).status).toBe(200);
  });

  it('sees next to nothing of a service that only waits', async () => {
    const service = await startPythonService();
    open.push(service.stop);
    const load = await startClosedLoop({ port: service.port, path: '/nap', clients: 2 });
    open.push(load.stop);
    const target = await identify(service.pid);
    const seen = await (await chooseProfiler(target, 'py-spy', { tool })).capture(target, order(2000)).then(
      ({ profile, context }) => summarizeProfile(profile, context).leaves.find(({ frame }) => frame === 'rate_basket') ?? null,
      (error: unknown) => error,
    );
    // Either nothing at all was on a CPU, which is said, or what was is not the waiting.
    expect(seen === null || seen instanceof Error).toBe(true);
  });

  it('stops with the order, and leaves nothing attached', async () => {
    const service = await startPythonService();
    open.push(service.stop);
    const controller = new AbortController();
    const target = await identify(service.pid);
    const reason = new Error('enough');
    const running = (await chooseProfiler(target, null, { tool })).capture(target, order(30_000, controller.signal));
    setTimeout(() => controller.abort(reason), 1500);
    await expect(running).rejects.toBe(reason);
    expect((await fetch(`http://127.0.0.1:${service.port}/nap`)).status).toBe(200);
  });

  it('tells how to get it where it is not', async () => {
    const target = { pid: process.pid, runtime: 'python', usableCores: 1 };
    const nowhere: ProfileOrder['tool'] = (name) =>
      findTool(name, { say: () => undefined, allowDownload: false }).then(
        ({ path }) => path,
        (error: unknown) => Promise.reject(error as Error),
      );
    const problem = await chooseProfiler(target, 'py-spy', { tool: nowhere }).then(
      () => null,
      (error: unknown) => error,
    );
    // On a machine that has it already, it is found.
    if (problem !== null) expect((problem as EvidenceUnavailableError).missing.remedy).toContain('pip install py-spy');
  });
});

const burner = `
#include <stdio.h>
static volatile double sum;
__attribute__((noinline)) void grind_prices(void) { for (int i = 0; i < 2000000; i++) sum += i % 7; }
int main(void) { printf("ready\\n"); fflush(stdout); for (;;) grind_prices(); }
`;

describe.skipIf(!existsSync('/usr/bin/perf'))('perf', { timeout: 120_000 }, () => {
  it('finds the hot function of a native program', async () => {
    // Files below /tmp/perf-… are taken for maps of compiled code by perf itself.
    const directory = await mkdtemp(join(tmpdir(), 'native-program-'));
    open.push(() => rm(directory, { recursive: true, force: true }));
    await writeFile(join(directory, 'burner.c'), burner);
    const program = join(directory, 'burner');
    await promisify(execFile)('cc', ['-O1', '-fno-omit-frame-pointer', '-o', program, join(directory, 'burner.c')]);
    const child = spawn(program, { stdio: ['ignore', 'pipe', 'ignore'] });
    open.push(() => child.kill('SIGKILL'));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const target = await identify(child.pid ?? 0);
    expect(target.runtime).toBe('native');
    const profiler = await chooseProfiler(target, null, { tool });
    expect(profiler.name).toBe('perf');
    const { profile, context } = await profiler.capture(target, order(3000));
    const summary = summarizeProfile(profile, context);
    expect(summary.kind).toBe('cpu');
    expect(summary.leaves[0]).toMatchObject({ frame: 'grind_prices', category: 'application' });
    expect(summary.leaves[0]?.selfShare).toBeGreaterThan(0.8);
  });
});
