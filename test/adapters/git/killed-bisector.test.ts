/** What a bisector that was killed leaves in the middle of its work, and what the next one makes of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand, startService, type ServiceCommands } from '../../../adapters/git/commit-service.js';
import { openWorktrees, type BuiltCommit } from '../../../adapters/git/commit-worktrees.js';
import { withHostLock } from '../../../adapters/kernel/host-lock.js';
import { compiledProgram } from '../../../lab/program-path.js';
import { createGitHistory, type GitHistory } from '../../support/git-history.js';
import { processesIn, processesMentioning } from '../../support/processes-of.js';

const never = new AbortController().signal;
let folder = '';
let history: GitHistory;

/** Half of its result first; whoever takes that for a build gets half a service. */
const build = `printf half > built && touch "$MARK" && sleep 0.4 && printf whole > built`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'killed-bisector-'));
  history = await createGitHistory([{ message: 'One', files: { 'a.js': '1\n' } }]);
});

afterEach(async () => {
  await Promise.all([history.remove(), rm(folder, { recursive: true, force: true })]);
});

function commandsWith(change: Partial<ServiceCommands>): ServiceCommands {
  const env = { PATH: process.env['PATH'] ?? '', MARK: join(folder, 'mark') };
  const nothing = { build: null, reset: null, stop: null, buildTimeoutMs: 20_000, startTimeoutMs: 10_000, env };
  return { ...nothing, start: 'sleep 300', health: 'http://127.0.0.1:{port}/', ...change };
}

const trees = (): string => join(folder, 'trees');
const prepare = (commands: ServiceCommands, signal = never): Promise<BuiltCommit> =>
  openWorktrees(history.path, trees()).prepare(history.ids[0] ?? '', commands, signal, 'normal');
const exists = (path: string): Promise<boolean> =>
  readFile(path).then(
    () => true,
    () => false,
  );
const appears = (path: string): Promise<void> => expect.poll(() => exists(path), { timeout: 10_000, interval: 20 }).toBe(true);
const left = async (): Promise<number[]> => [...(await processesMentioning(folder)), ...(await processesIn(folder))];

/** Another process that does one thing of ours until it is killed. */
async function killedWhile(source: string, isUnderWay: () => Promise<void>): Promise<void> {
  const other = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'ignore', 'inherit'] });
  await isUnderWay();
  other.kill('SIGKILL');
  await once(other, 'exit');
}

const importing = (name: string, file: string): string => `import { ${name} } from ${JSON.stringify(compiledProgram(file))};`;
const text = (value: unknown): string => JSON.stringify(value);

describe.runIf(process.platform === 'linux')('a bisector that is killed', { timeout: 60_000 }, () => {
  it('during a build leaves no build that counts, and nobody builds there before its processes are gone', async () => {
    const stubborn = commandsWith({ build: `exec 2>/dev/null; trap 'true' TERM; ${build}; sleep 1; sleep 0.5; printf late > built` });
    const source = `${importing('openWorktrees', 'adapters/git/commit-worktrees.js')}
      await openWorktrees(${text(history.path)}, ${text(trees())}).prepare(${text(history.ids[0])}, ${text(stubborn)}, new AbortController().signal, 'normal');`;
    await killedWhile(source, () => appears(join(folder, 'mark')));
    const place = await prepare(commandsWith({ build }));
    expect(await left()).toEqual([]);
    expect(place).toMatchObject({ ok: true, buildMs: expect.any(Number) as number });
    expect(await readFile(join(place.worktree, 'built'), 'utf8')).toBe('whole');
    await openWorktrees(history.path, trees()).removeAll();
  });

  it('keeps the machine for its programs until they are gone, and nobody has to end them', async () => {
    const name = `killed ${folder}`;
    const place = { worktree: folder, logFile: join(folder, 'log') };
    const slowToGo = commandsWith({
      start: `exec 2>/dev/null; trap 'sleep 1; touch "$WORKTREE/gone"; exit' TERM; touch "$MARK"; while :; do sleep 0.1; done`,
    });
    const source = `${importing('withHostLock', 'adapters/kernel/host-lock.js')} ${importing('startService', 'adapters/git/commit-service.js')}
      const signal = new AbortController().signal;
      await withHostLock(${text(name)}, signal, () => startService(${text(slowToGo)}, { ...${text(place)}, signal }));`;
    let wasGone = false;
    let waiting: Promise<void> = Promise.resolve();
    await killedWhile(source, async () => {
      await appears(join(folder, 'mark'));
      waiting = withHostLock(name, never, async () => void (wasGone = await exists(join(folder, 'gone'))));
    });
    await waiting;
    expect(wasGone).toBe(true);
    await expect.poll(left).toEqual([]);
  });

  it('has its service stopped by the command of the catalog all the same', async () => {
    const place = { worktree: folder, logFile: join(folder, 'log') };
    const commands = commandsWith({ start: 'touch "$MARK"; sleep 300', stop: 'touch {worktree}/stopped-{port}' });
    const source = `${importing('startService', 'adapters/git/commit-service.js')}
      await startService(${text(commands)}, { ...${text(place)}, signal: new AbortController().signal });`;
    await killedWhile(source, () => appears(join(folder, 'mark')));
    await expect.poll(async () => (await readdir(folder)).some((file) => file.startsWith('stopped-'))).toBe(true);
    await expect.poll(left).toEqual([]);
  });
});

describe('a worktree', { timeout: 60_000 }, () => {
  const debris: [string, (worktree: string, admin: string) => Promise<void>][] = [
    ['a lock on its index', (_, admin) => writeFile(join(admin, 'index.lock'), '')],
    ['a checkout that git was killed in', (_, admin) => writeFile(join(admin, 'locked'), 'initializing')],
    [
      'a folder that git does not know any more',
      async (worktree, admin) => {
        await rm(join(worktree, '.git'));
        await writeFile(join(admin, 'locked'), 'initializing');
      },
    ],
    [
      'no folder, but a lock that stands for it',
      async (worktree, admin) => {
        await rm(worktree, { recursive: true });
        await writeFile(join(admin, 'locked'), 'initializing');
      },
    ],
    ['an index that was cut short', (_, admin) => writeFile(join(admin, 'index'), '')],
  ];

  it.each(debris)('is made anew and removed in spite of %s', async (_, leave) => {
    const before = await history.state();
    const commands = commandsWith({ build: 'printf whole > built' });
    const { worktree } = await prepare(commands);
    const admin = join(history.path, '.git', 'worktrees', worktree.split('/').at(-1) ?? '');
    await rm(`${worktree}.built.json`);
    await leave(worktree, admin);
    expect(await prepare(commands)).toMatchObject({ ok: true, buildMs: expect.any(Number) as number });
    expect(await readFile(join(worktree, 'built'), 'utf8')).toBe('whole');
    await leave(worktree, admin);
    await openWorktrees(history.path, trees()).removeAll();
    expect(await history.state()).toBe(before);
    expect(await readdir(join(history.path, '.git', 'worktrees')).catch(() => [])).toEqual([]);
  });

  it('is built again when what vouches for it is empty, or has lost its folder before', async () => {
    const commands = commandsWith({ build });
    const { worktree } = await prepare(commands);
    await writeFile(`${worktree}.built.json`, '');
    expect(await prepare(commands)).toMatchObject({ ok: true, buildMs: expect.any(Number) as number });
    await rm(worktree, { recursive: true });
    await rm(join(folder, 'mark'));
    const cancelled = new AbortController();
    const interrupted = prepare(commands, cancelled.signal);
    await appears(join(folder, 'mark'));
    cancelled.abort(new Error('cancelled'));
    await expect(interrupted).rejects.toThrow('cancelled');
    expect(await prepare(commands)).toMatchObject({ ok: true, buildMs: expect.any(Number) as number });
    expect(await readFile(join(worktree, 'built'), 'utf8')).toBe('whole');
    await openWorktrees(history.path, trees()).removeAll();
  });
});

describe('a command of a commit', { timeout: 60_000 }, () => {
  const deaf = `trap '' TERM; touch "$MARK"; while :; do sleep 0.1; done`;
  const place = (signal: AbortSignal) => ({ worktree: folder, logFile: join(folder, 'log'), signal });

  it.each(['build', 'service'])('that does not listen to SIGTERM is gone when its %s is cancelled', async (kind) => {
    const controller = new AbortController();
    const running =
      kind === 'build'
        ? runCommand(deaf, commandsWith({}), { ...place(controller.signal), port: 0, timeoutMs: 60_000 })
        : startService(commandsWith({ start: deaf }), place(controller.signal));
    await appears(join(folder, 'mark'));
    controller.abort(new Error('cancelled'));
    // The patience of an ordinary stop is five seconds.
    const patience = new Promise((resolve) => setTimeout(resolve, 3_500, 'still running').unref());
    await expect(Promise.race([running, patience])).rejects.toThrow();
    expect(await left()).toEqual([]);
  });

  it('is not begun after the cancellation', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(runCommand('touch "$MARK"', commandsWith({}), { ...place(signal), port: 0, timeoutMs: 60_000 })).rejects.toThrow();
    await expect(startService(commandsWith({ start: 'touch "$MARK"' }), place(signal))).rejects.toThrow();
    await expect(prepare(commandsWith({ build: 'touch "$MARK"' }), signal)).rejects.toThrow();
    expect(await exists(join(folder, 'mark'))).toBe(false);
  });

  it.runIf(process.platform === 'linux')('may leave its group: nobody waits for it, and it ends with the worktrees', async () => {
    const worktrees = openWorktrees(history.path, trees());
    const built = await worktrees.prepare(
      history.ids[0] ?? '',
      commandsWith({ build: 'setsid sleep 271 & sleep 0.3' }),
      AbortSignal.timeout(15_000),
      'normal',
    );
    expect(built.ok).toBe(true);
    const strays = async (): Promise<string[]> => {
      const ids = await processesMentioning('sleep\u0000271', 'sleep');
      const environments = await Promise.all(ids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
      return environments.filter((each) => each.includes(folder));
    };
    expect(await strays()).toHaveLength(1);
    await worktrees.removeAll();
    await expect.poll(strays).toEqual([]);
  });
});
