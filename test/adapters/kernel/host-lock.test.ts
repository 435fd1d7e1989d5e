import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { withHostLock } from '../../../adapters/kernel/host-lock.js';
import { bootId, lockFolder } from '../../../adapters/kernel/lock-folder.js';
import { compiledProgram } from '../../../lab/program-path.js';

const never = new AbortController().signal;

describe.runIf(process.platform === 'linux')('the lock of a machine', () => {
  it('lets one after the other work, and the next one in when work fails', async () => {
    const name = randomUUID();
    const log: string[] = [];
    const work = async (id: string): Promise<void> => {
      log.push(`${id} in`);
      await sleep(30);
      log.push(`${id} out`);
      if (id === 'a') throw new Error('broken');
    };
    const all = await Promise.allSettled(['a', 'b', 'c'].map((id) => withHostLock(name, never, () => work(id))));
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    for (let index = 0; index < log.length; index += 2) expect(log[index + 1]).toBe(log[index]?.replace('in', 'out'));
    expect(log).toHaveLength(6);
  });

  it('does not keep one name waiting for another', async () => {
    const order: string[] = [];
    await withHostLock(randomUUID(), never, async () => {
      await withHostLock(randomUUID(), never, () => Promise.resolve(order.push('inner')));
      order.push('outer');
    });
    expect(order).toEqual(['inner', 'outer']);
  });

  it('is released by a holder that is killed', async () => {
    const name = randomUUID();
    const source = `import { withHostLock } from ${JSON.stringify(compiledProgram('adapters/kernel/host-lock.js'))};
      await withHostLock(${JSON.stringify(name)}, new AbortController().signal, async () => { console.log('held'); await new Promise((r) => setTimeout(r, 60000)); });`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    const states: string[] = [];
    const waiting = withHostLock(name, never, () => Promise.resolve(states.push('mine')));
    await sleep(200);
    states.push('killing');
    holder.kill('SIGKILL');
    await waiting;
    expect(states).toEqual(['killing', 'mine']);
  });

  it('goes to whoever waits before a holder that wants it again', async () => {
    const name = randomUUID();
    const order: string[] = [];
    let waiting = Promise.resolve();
    await withHostLock(name, never, async () => {
      waiting = withHostLock(name, never, async () => {
        order.push('waiting');
        await sleep(20);
      });
      await sleep(200);
    });
    await withHostLock(name, never, () => Promise.resolve(order.push('again')));
    await waiting;
    expect(order).toEqual(['waiting', 'again']);
  });

  it('can be given up while another holds it', async () => {
    const name = randomUUID();
    let release = (): void => undefined;
    let held = Promise.resolve();
    await new Promise<void>((begun) => {
      held = withHostLock(name, never, () => new Promise<void>((resolve) => (begun(), (release = resolve))));
    });
    const impatience = new AbortController();
    let waiting = Promise.resolve('not asked for');
    const told = new Promise<void>((onWaiting) => {
      waiting = withHostLock(name, impatience.signal, () => Promise.resolve('worked'), onWaiting);
    });
    await told;
    impatience.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    release();
    await held;
    expect(await withHostLock(name, never, () => Promise.resolve('free'))).toBe('free');
  });

  it('leaves no file behind', async () => {
    const name = randomUUID();
    const file = await fileOf(name);
    let during = false;
    await withHostLock(name, never, async () => void (during = await exists(file)));
    expect([during, await exists(file), await exists(`${file}.turn`)]).toEqual([true, false, false]);
  });

  it('goes to one at a time of many that come and go at once', async () => {
    const name = randomUUID();
    const state = { now: 0, most: 0, worked: 0 };
    const work = async (): Promise<void> => {
      state.most = Math.max(state.most, (state.now += 1));
      await sleep(1);
      state.now -= 1;
      state.worked += 1;
    };
    await Promise.all(Array.from({ length: 12 }, () => withHostLock(name, new AbortController().signal, work)));
    expect(state).toEqual({ now: 0, most: 1, worked: 12 });
  });

  it.runIf(process.getuid?.() === 0)('cannot be held, read or hindered by another user of the machine', async () => {
    const name = randomUUID();
    const file = await fileOf(name);
    await withHostLock(name, never, async () => {
      const asNobody = ['--reuid', '65534', '--clear-groups', 'flock', '-n', file, 'true'];
      await expect(promisify(execFile)('setpriv', asNobody)).rejects.toThrow(/Permission denied/);
    });
  });
});

describe.runIf(process.platform === 'linux')('the folder of the locks', () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });
  async function place(): Promise<string> {
    folders.push(await mkdtemp(join(tmpdir(), 'locks-')));
    return folders.at(-1) ?? '';
  }

  it('lets nobody else in, also when it was open before', async () => {
    const folder = join(await place(), 'a', 'locks');
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o777);
    expect(await lockFolder([folder])).toBe(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('is not one that somebody else put there, and says so when there is no other', async () => {
    const base = await place();
    const [link, file, own] = [join(base, 'link'), join(base, 'file'), join(base, 'own')];
    await writeFile(file, '');
    await symlink(base, link);
    expect(await lockFolder([link, own])).toBe(own);
    await expect(lockFolder([link])).rejects.toThrow(/expected a folder that this user owns.*link: it is no folder/);
    await expect(lockFolder([join(file, 'locks')])).rejects.toThrow(/got none/);
  });
});

async function fileOf(name: string): Promise<string> {
  const id = createHash('sha256')
    .update(`${await bootId()} ${name}`)
    .digest('hex')
    .slice(0, 24);
  return join(await lockFolder(), `${id}.lock`);
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;
