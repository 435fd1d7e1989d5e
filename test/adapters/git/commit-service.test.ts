import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand, startService, type ServiceCommands } from '../../../adapters/git/commit-service.js';
import { openWorktrees } from '../../../adapters/git/commit-worktrees.js';
import { createGitHistory } from '../../support/git-history.js';
import { processesMentioning } from '../../support/processes-of.js';
import { until } from '../../support/until.js';
import { commands as pricedCommands, doesNotBuild, firstCommit, note } from '../../support/services/priced-service.js';

let worktree = '';

beforeEach(async () => {
  worktree = await mkdtemp(join(tmpdir(), 'commit-service-'));
});

afterEach(async () => {
  await rm(worktree, { recursive: true, force: true });
});

function commandsWith(change: Partial<ServiceCommands>): ServiceCommands {
  const env = { PATH: process.env['PATH'] ?? '' };
  const nothing = { build: null, reset: null, stop: null, buildTimeoutMs: 20_000, startTimeoutMs: 10_000, env };
  return { ...nothing, start: 'node {worktree}/server.js', health: 'http://127.0.0.1:{port}/healthz', ...change };
}

const place = (signal = new AbortController().signal) => ({ worktree, logFile: join(worktree, 'log'), signal });

async function server(status: number): Promise<void> {
  const source = `require('node:http').createServer((q, r) => { r.statusCode = ${status}; r.end(); }).listen(Number(process.env.PORT), '127.0.0.1');`;
  await writeFile(join(worktree, 'server.js'), source);
}

const left = (): Promise<number[]> => processesMentioning(worktree, 'node');

describe('the service of a commit', { timeout: 60_000 }, () => {
  it('starts on a free port, answers, and is gone with its whole group after the stop', async () => {
    await server(200);
    const started = await startService(commandsWith({ start: 'sleep 300 & node {worktree}/server.js; true' }), place());
    if (!started.ok) throw new Error(started.detail);
    expect((await fetch(`http://127.0.0.1:${started.service.port}/`)).status).toBe(200);
    await started.service.stop();
    expect(await left()).toEqual([]);
  });

  it('is not started when its command ends, with its last words', async () => {
    const started = await startService(commandsWith({ start: 'echo no such module >&2; exit 3' }), place());
    expect(started).toMatchObject({ ok: false, reason: 'not-started', detail: 'the start command ended with 3: no such module' });
  });

  it('is unhealthy when its health address answers with an error for too long', async () => {
    await server(503);
    const started = await startService(commandsWith({ startTimeoutMs: 5_000 }), place());
    expect(started).toMatchObject({ ok: false, reason: 'unhealthy', detail: 'not healthy within 5 s: status 503' });
    expect(await left()).toEqual([]);
  });

  it('is stopped when the wait for it is cancelled', async () => {
    await server(503);
    const controller = new AbortController();
    const starting = startService(commandsWith({}), place(controller.signal));
    await until(async () => (await left()).length > 0);
    controller.abort(new Error('cancelled'));
    await expect(starting).rejects.toThrow();
    expect(await left()).toEqual([]);
  });

  it('is stopped by the command of the catalog when there is one', async () => {
    await server(200);
    const started = await startService(commandsWith({ stop: 'touch {worktree}/stopped-{port}' }), place());
    if (!started.ok) throw new Error(started.detail);
    await started.service.stop();
    expect(
      await runCommand(`test -f stopped-${started.service.port}`, commandsWith({}), { ...place(), port: 0, timeoutMs: 5_000 }),
    ).toMatchObject({ ok: true });
  });
});

describe('a command', { timeout: 60_000 }, () => {
  it('has a time limit, and the worktree and port in its environment', async () => {
    const options = { ...place(), port: 4242, timeoutMs: 10_000 };
    expect(await runCommand('test "$PORT" = {port} && test "$WORKTREE" = {worktree}', commandsWith({}), options)).toMatchObject({
      ok: true,
    });
    const slow = await runCommand('sleep 300', commandsWith({}), { ...options, timeoutMs: 300 });
    expect(slow).toMatchObject({ ok: false, detail: '"sleep 300" did not end within 0.3 s' });
  });
});

describe.runIf(process.platform === 'linux')('a command with idle priority', () => {
  it('runs by the idle policy, and its session comes last among sessions', { timeout: 120_000 }, async () => {
    const look = `{ cut -d' ' -f41 /proc/self/stat; cat /proc/self/autogroup; } > ${join(worktree, 'idle.txt')} 2>&1 || true`;
    // Who is idle by policy waits until nobody else wants the processor.
    const options = { ...place(), port: 0, timeoutMs: 110_000, priority: 'idle' as const };
    expect(await runCommand(look, commandsWith({}), options)).toMatchObject({ ok: true });
    const said = await readFile(join(worktree, 'idle.txt'), 'utf8');
    // 5 is SCHED_IDLE. A kernel without autogroups has no such file.
    expect(said).toMatch(/^5\n/);
    expect(said).toMatch(/nice 19|No such file/);
  });
});

describe('the worktrees of a bisect', { timeout: 60_000 }, () => {
  it('build each tree once, remember a failed build, and leave nothing', async () => {
    const same = { message: 'Empty', files: {} };
    const history = await createGitHistory([firstCommit, same, { ...note(2), files: { 'build.js': doesNotBuild } }]);
    const before = await history.state();
    const worktrees = openWorktrees(history.path, join(worktree, 'trees'));
    const commands = commandsWith({ build: pricedCommands.build });
    const prepare = (index: number) => worktrees.prepare(history.ids[index] ?? '', commands, new AbortController().signal, 'normal');
    expect(await prepare(0)).toMatchObject({ ok: true, buildMs: expect.any(Number) as number });
    expect(await prepare(1)).toMatchObject({ ok: true, buildMs: null });
    expect(await prepare(2)).toMatchObject({
      ok: false,
      buildMs: expect.any(Number) as number,
      detail: '"node build.js" ended with 1: cannot compile',
    });
    expect(await prepare(2)).toMatchObject({ ok: false, buildMs: null });
    await worktrees.removeAll();
    expect(await history.state()).toBe(before);
    await history.remove();
  });
});
