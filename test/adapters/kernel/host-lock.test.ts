import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withHostLock } from '../../../adapters/kernel/host-lock.js';
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
    const held = withHostLock(name, never, () => new Promise<void>((resolve) => (release = resolve)));
    const impatience = new AbortController();
    const waiting = withHostLock(name, impatience.signal, () => Promise.resolve('worked'));
    impatience.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    release();
    await held;
    expect(await withHostLock(name, never, () => Promise.resolve('free'))).toBe('free');
  });
});
